/** A disk of its own for a database, which can be filled up and emptied again; needs root and Linux. */
import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, rm, rmdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const SIZE_BYTES = 16 * 1024 * 1024

export interface SmallDisk {
  readonly folder: string
  /** Leaves so many bytes free. */
  fill(leave: number): Promise<void>
  empty(): Promise<void>
  remove(): Promise<void>
}

export async function mountSmallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES}`, 'coinslot-faults', folder])
  const ballast = join(folder, 'ballast')
  return {
    folder,
    async fill(leave) {
      const { bavail, bsize } = await statfs(folder)
      await appendFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leave)))
    },
    empty: () => rm(ballast, { force: true }),
    async remove() {
      await run('umount', [folder])
      await rmdir(folder)
    },
  }
}

export function canMountDisks(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0
}
