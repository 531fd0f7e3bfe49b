; The installer for Windows. Compiled by packaging/artefacts/windows.py, which hands in:
;   Version   0.2.0            Source   the frozen folder        Out    where the installer goes
;   Icon      the .ico file    Large, Small   its pictures
;   Signed    defined where a certificate is at hand (/Sparlor=...)
#ifndef Version
  #error Compile this through packaging/artefacts/windows.py
#endif
#define Name "Parlor"
#define Model "org.parlor.Parlor"
#define Run "Software\Microsoft\Windows\CurrentVersion\Run"

[Setup]
AppId={{7E0B6F5C-3D0A-4B57-9C3E-5A5B0F6C7D21}
AppName={#Name}
AppVersion={#Version}
AppPublisher=Parlor contributors
VersionInfoVersion={#Version}
UninstallDisplayName={#Name}
UninstallDisplayIcon={app}\parlor.exe
SetupIconFile={#Icon}
OutputDir={#Out}
OutputBaseFilename=parlor-{#Version}-windows-x64-setup
; For oneself without an administrator, or, when asked for, for everybody of the computer.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
DefaultDirName={code:Programs}\{#Name}
DisableDirPage=auto
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; What Qt asks for: Windows 10, version 1809.
MinVersion=10.0.17763
ChangesAssociations=yes
; A running Parlor is closed for an update; whoever updates starts it again on the last page.
CloseApplications=yes
CloseApplicationsFilter=*.exe,*.dll,*.pyd
RestartApplications=no
; Wanted: whoever installs is the one whose Parlor starts at login.
UsedUserAreasWarning=no
SetupMutex={#Model}.Setup
Compression=lzma2/max
SolidCompression=yes
TimeStampsInUTC=yes
WizardStyle=modern
WizardImageFile={#Large}
WizardSmallImageFile={#Small}
#ifdef Signed
SignTool=parlor
SignedUninstaller=yes
#endif

[Tasks]
Name: desktopicon; Description: "Put Parlor on the desktop"; Flags: unchecked
Name: autostart; Description: "Start Parlor when I log in"; Flags: unchecked; Check: not IsAdminInstallMode
Name: firewall; Description: "Let others on private networks reach Parlor through Windows' firewall"; \
  Check: IsAdminInstallMode

[InstallDelete]
; What a newer version no longer has must not be left for it to import. No data is ever in there.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs

[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\parlor.exe"; AppUserModelID: "{#Model}"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\parlor.exe"; AppUserModelID: "{#Model}"; \
  Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\parlor"; ValueType: string; ValueData: "URL:Parlor"; \
  Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\parlor"; ValueType: string; ValueName: "URL Protocol"
Root: HKA; Subkey: "Software\Classes\parlor\DefaultIcon"; ValueType: string; \
  ValueData: "{app}\parlor.exe,0"
Root: HKA; Subkey: "Software\Classes\parlor\shell\open\command"; ValueType: string; \
  ValueData: """{app}\parlor.exe"" ""%1"""
; The name and picture under which notifications are shown.
Root: HKA; Subkey: "Software\Classes\AppUserModelId\{#Model}"; ValueType: string; \
  ValueName: "DisplayName"; ValueData: "{#Name}"; Flags: uninsdeletekey
Root: HKCU; Subkey: "{#Run}"; ValueType: string; ValueName: "{#Name}"; \
  ValueData: """{app}\parlor.exe"" --background"; Tasks: autostart
; Taken away whoever wrote it: the installer or Parlor's own settings.
Root: HKCU; Subkey: "{#Run}"; ValueType: none; ValueName: "{#Name}"; \
  Flags: dontcreatekey uninsdeletevalue

[Run]
Filename: "{sys}\netsh.exe"; Parameters: "advfirewall firewall delete rule name=""{#Name}"""; \
  Flags: runhidden; Check: IsAdminInstallMode; StatusMsg: "Setting the firewall..."
Filename: "{sys}\netsh.exe"; Parameters: "advfirewall firewall add rule name=""{#Name}"" dir=in \
action=allow program=""{app}\parlor.exe"" profile=private,domain"; \
  Flags: runhidden; Tasks: firewall; StatusMsg: "Setting the firewall..."
Filename: "{app}\parlor.exe"; Description: "Start Parlor"; \
  Flags: nowait postinstall skipifsilent runasoriginaluser

[UninstallRun]
Filename: "{sys}\netsh.exe"; Parameters: "advfirewall firewall delete rule name=""{#Name}"""; \
  Flags: runhidden; RunOnceId: "firewall"; Check: IsAdminInstallMode

[Messages]
ConfirmUninstall=Remove %1 from this computer? Your conversations are kept.
FinishedLabel=[name] is on your computer.%n%nThe first time that somebody near you is to be \
reached, Windows may ask whether Parlor may be talked to on private networks. Without it, \
conversations go on, but by a detour.

[Code]
{ What is called autopf, which wine does not know for a single person. }
function Programs(Unused: String): String;
begin
  if IsAdminInstallMode then
    Result := ExpandConstant('{commonpf}')
  else
    Result := ExpandConstant('{localappdata}\Programs');
end;

function InitializeUninstall: Boolean;
begin
  Result := True;
  while Result and CheckForMutexes('{#Model}') do
    Result := not UninstallSilent and (MsgBox('Parlor is running. Please quit it, then go on.',
      mbError, MB_RETRYCANCEL) = IDRETRY);
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Data: String;
begin
  Data := ExpandConstant('{localappdata}\Parlor');
  if (Step = usPostUninstall) and not UninstallSilent and DirExists(Data) then
    MsgBox('Parlor is gone. Your conversations are kept in' + #13#10 + Data + #13#10
      + 'and are found again when Parlor is installed again. If you no longer want them, '
      + 'delete this folder.', mbInformation, MB_OK);
end;
