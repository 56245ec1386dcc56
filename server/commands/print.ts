/** How the commands write: no faster than it is read. */
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Writes pieces as they are taken; whoever stops reading (`| head`) ends it without a failure. */
export async function print(
  pieces: AsyncIterable<string>,
  to: Writable = process.stdout,
): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), to, { end: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}
