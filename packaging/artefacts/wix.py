"""The description of an .msi package, in WiX's language, of whatever a frozen folder holds."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

OURS = uuid.UUID("4b0f2a3e-6b0d-4d6e-9a2c-0c9d6a1e7f52")
UPGRADE = uuid.uuid5(OURS, "every version")
MODEL = "org.parlor.Parlor"
NAMESPACE = "http://schemas.microsoft.com/wix/2006/wi"
OLDER = "A newer version of Parlor is on this computer."
CLASS = r"Software\Classes\parlor"


def guid(*words: str) -> str:
    """Return an identifier that is always the same for the same words."""
    return str(uuid.uuid5(OURS, "\n".join(words))).upper()


def name_of(kind: str, path: str) -> str:
    """Return an identifier as WiX allows them, for any path."""
    return f"{kind}_{hashlib.sha256(path.encode()).hexdigest()[:32]}"


def package(folder: Path, base: Path, version: str, icon: Path, identity: str) -> str:
    """Return the description of a package for all persons of a computer.

    Files are named as seen from `base`, for wixl finds no others. `identity` is what tells two
    packages of one version apart: a digest of what is in it.
    """
    wix = Element("Wix", xmlns=NAMESPACE)
    product = SubElement(
        wix, "Product", Id=guid("product", version, identity), Name="Parlor", Language="1033",
        Version=version, Manufacturer="Parlor contributors", UpgradeCode=str(UPGRADE).upper(),
    )  # fmt: skip
    SubElement(
        product, "Package", InstallerVersion="500", Compressed="yes", InstallScope="perMachine",
        Description=f"Parlor {version}",
    )  # fmt: skip
    SubElement(product, "MajorUpgrade", DowngradeErrorMessage=OLDER)
    SubElement(product, "Media", Id="1", Cabinet="parlor.cab", EmbedCab="yes")
    SubElement(product, "Icon", Id="parlor.ico", SourceFile=icon.relative_to(base).as_posix())
    SubElement(product, "Property", Id="ARPPRODUCTICON", Value="parlor.ico")
    SubElement(product, "Property", Id="ARPNOMODIFY", Value="1")
    components = [*_places(product, folder, base), "Link", "Shortcut"]
    feature = SubElement(product, "Feature", Id="Everything", Level="1", Title="Parlor")
    for each in components:
        SubElement(feature, "ComponentRef", Id=each)
    indent(wix)
    return tostring(wix, "unicode", xml_declaration=True) + "\n"


def _places(product: Element, folder: Path, base: Path) -> list[str]:
    """Add all folders, what is in them, the link's scheme and the shortcut."""
    top = SubElement(product, "Directory", Id="TARGETDIR", Name="SourceDir")
    programs = SubElement(top, "Directory", Id="ProgramFiles64Folder")
    ours = SubElement(programs, "Directory", Id="INSTALLDIR", Name="Parlor")
    components = _fill(ours, folder, folder.relative_to(base), base)
    _add_link(ours)
    menu = SubElement(top, "Directory", Id="ProgramMenuFolder")
    _add_shortcut(menu)
    return components


def _fill(place: Element, folder: Path, top: Path, base: Path) -> list[str]:
    """Add a component for each file, in an order that depends on the names alone."""
    added = []
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        source = path.relative_to(base)
        where = source.relative_to(top).as_posix()
        if path.is_dir():
            inner = SubElement(place, "Directory", Id=name_of("d", where), Name=path.name)
            added += _fill(inner, path, top, base)
            continue
        component = _component(place, name_of("c", where), where)
        SubElement(
            component, "File", Id=name_of("f", where), Name=path.name, Source=source.as_posix(),
            KeyPath="yes",
        )  # fmt: skip
        added.append(component.attrib["Id"])
    return added


def _component(place: Element, name: str, words: str) -> Element:
    return SubElement(place, "Component", Id=name, Guid=guid("component", words), Win64="yes")


def _add_link(place: Element) -> None:
    """Let `parlor:` links open the program."""
    component = _component(place, "Link", "the scheme of links")
    values = {
        (CLASS, ""): "URL:Parlor",
        (CLASS, "URL Protocol"): "",
        (rf"{CLASS}\DefaultIcon", ""): "[INSTALLDIR]parlor.exe,0",
        (rf"{CLASS}\shell\open\command", ""): '"[INSTALLDIR]parlor.exe" "%1"',
        (rf"Software\Classes\AppUserModelId\{MODEL}", "DisplayName"): "Parlor",
    }
    for (key, name), value in values.items():
        entry = SubElement(
            component, "RegistryValue", Root="HKLM", Key=key, Type="string", Value=value
        )
        if name:
            entry.set("Name", name)
        elif key == CLASS:
            entry.set("KeyPath", "yes")


def _add_shortcut(place: Element) -> None:
    component = _component(place, "Shortcut", "the entry in the menu")
    SubElement(
        component, "Shortcut", Id="Menu", Name="Parlor", Target="[INSTALLDIR]parlor.exe",
        WorkingDirectory="INSTALLDIR", Icon="parlor.ico",
    )  # fmt: skip
    SubElement(
        component, "RegistryValue", Root="HKLM", Key=r"Software\Parlor", Name="menu",
        Type="integer", Value="1", KeyPath="yes",
    )  # fmt: skip
