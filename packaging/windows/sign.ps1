# Sign the programs of a frozen folder, and tell later steps how to sign the installer:
# sign.ps1 FOLDER
# PARLOR_CERTIFICATE is a .pfx in base64, PARLOR_CERTIFICATE_PASSWORD is what opens it, and
# PARLOR_TIMESTAMP is the address of a clock that witnesses when it was signed.
param([Parameter(Mandatory)][string]$Folder)
$ErrorActionPreference = 'Stop'
if (-not $env:PARLOR_CERTIFICATE) {
    Write-Output '::notice::There is no certificate for Windows: nothing is signed.'
    exit 0
}
$file = Join-Path $env:RUNNER_TEMP 'own.pfx'
[IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($env:PARLOR_CERTIFICATE))
$password = ConvertTo-SecureString $env:PARLOR_CERTIFICATE_PASSWORD -AsPlainText -Force
$own = Import-PfxCertificate $file -CertStoreLocation Cert:\CurrentUser\My -Password $password
Remove-Item $file
$tool = (Get-ChildItem "${env:ProgramFiles(x86)}\Windows Kits\10\bin\*\x64\signtool.exe" |
    Sort-Object FullName | Select-Object -Last 1).FullName
$how = 'sign', '/q', '/fd', 'sha256', '/td', 'sha256', '/tr', $env:PARLOR_TIMESTAMP,
    '/sha1', $own.Thumbprint
& $tool @how (Get-ChildItem "$Folder\*.exe").FullName
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
# In Inno Setup's words: $q is a quotation mark, $f the file.
"PARLOR_SIGNTOOL=`$q$tool`$q $how `$f" | Add-Content $env:GITHUB_ENV
