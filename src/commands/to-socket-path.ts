import { basename, join } from 'node:path';

/**
 * Where a thread listens for main alone, the `nth` time it is started: a file in a folder that only this user may enter.
 * Windows has no socket files for Node; there it is a named pipe of the folder's name, to which by default nobody but its
 * owner may write (https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections).
 */
export function toSocketPath(folder: string, nth: number, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? `\\\\.\\pipe\\${basename(folder)}-${nth}` : join(folder, `${nth}.sock`);
}
