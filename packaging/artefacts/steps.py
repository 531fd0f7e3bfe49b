"""The steps of a build, in the order in which they are taken."""

from __future__ import annotations

import sys

from artefacts import macos, msi, windows
from artefacts.appdir import appdir
from artefacts.freeze import freeze_app, freeze_server
from artefacts.manifest import keygen, manifest
from artefacts.nfpm import packages
from artefacts.papers import licences, sboms
from artefacts.plan import Step
from artefacts.tarball import app_tarball, server_tarball

APP = Step("app", "freeze the window, parlor-cli and the server into one folder", freeze_app)
LICENCES = Step("licences", "write into the folders what they are made of", licences)
SBOM = Step("sbom", "write a bill of materials beside each artefact", sboms)
UPDATES = (
    Step("update-key", "make the key that statements on versions are signed with", keygen, True),
    Step("manifest", "sign a statement on what lies in dist/", manifest, True),
)
LINUX = (
    APP,
    Step("server", "freeze the server alone", freeze_server),
    LICENCES,
    Step("tarball", "pack the frozen app, to be unpacked anywhere", app_tarball),
    Step("server-tarball", "pack the frozen server", server_tarball),
    Step("packages", "make .deb and .rpm of the app and of the server", packages),
    Step("appdir", "lay out the folder that an AppImage is made of", appdir),
    Step("msi", "pack a folder frozen on Windows for administrators", msi.package, is_asked=True),
    Step("msi-bill", "write the bill of materials of that package", msi.bill, is_asked=True),
    SBOM,
)
WINDOWS = (
    APP,
    LICENCES,
    Step("installer", "compile the installer of the app", windows.installer),
    SBOM,
)
MACOS = (
    APP,
    LICENCES,
    Step("image", "sign the bundle and pack it into a disk image", macos.image),
    SBOM,
)
STEPS = (*{"win32": WINDOWS, "darwin": MACOS}.get(sys.platform, LINUX), *UPDATES)
