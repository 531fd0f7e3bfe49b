/* Resembles parlor.exe in what an installer sees of it: it writes down its arguments into the file
   that STANDIN_SAID names, and runs for STANDIN_STAYS milliseconds. */
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int WINAPI WinMain(HINSTANCE self, HINSTANCE none, LPSTR line, int show)
{
    const char *said = getenv("STANDIN_SAID"), *stays = getenv("STANDIN_STAYS");
    HANDLE running = CreateMutexW(NULL, FALSE, L"org.parlor.Parlor");
    DWORD written;
    if (said) {
        HANDLE file = CreateFileA(said, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        WriteFile(file, line, strlen(line), &written, NULL);
        CloseHandle(file);
    }
    Sleep(stays ? atoi(stays) : 0);
    return running == NULL;
}
