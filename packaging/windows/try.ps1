# Install, ask for the version, remove, on a Windows that nobody uses: try.ps1 DIST
param([Parameter(Mandatory)][string]$Dist)
$ErrorActionPreference = 'Stop'
$silent = '/VERYSILENT', '/SUPPRESSMSGBOXES', '/NORESTART'
$place = "$env:LOCALAPPDATA\Programs\Parlor"
$setup = (Get-ChildItem "$Dist\*-setup.exe").FullName

function Invoke-Program([string]$Program, [string[]]$Arguments) {
    $done = Start-Process $Program $Arguments -Wait -PassThru
    if ($done.ExitCode -ne 0) { throw "$Program ended with $($done.ExitCode)." }
}

Invoke-Program $setup ($silent + '/CURRENTUSER')
$version = Get-Content resources\VERSION
$said = & "$place\parlor-cli.exe" --version
if ($LASTEXITCODE -ne 0 -or "$said" -notmatch [regex]::Escape($version)) { throw "It said: $said" }
$link = (Get-ItemProperty 'HKCU:\Software\Classes\parlor\shell\open\command').'(default)'
if ($link -ne "`"$place\parlor.exe`" `"%1`"") { throw "Links are opened by: $link" }
Invoke-Program $setup ($silent + '/CURRENTUSER')
Invoke-Program "$place\unins000.exe" $silent
# The uninstaller goes on from a copy of itself.
for ($tries = 0; (Test-Path $place) -and $tries -lt 60; $tries++) { Start-Sleep 1 }
if (Test-Path $place) { throw "$place is left: $(Get-ChildItem $place -Recurse -Name)" }
if (Test-Path 'HKCU:\Software\Classes\parlor') { throw 'The scheme of links is left.' }
Write-Output 'Installed, asked, installed over it, removed.'
