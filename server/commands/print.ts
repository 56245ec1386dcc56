/** How the commands write: no faster than it is read, and nothing that a terminal would obey. */
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

/** Text of others without what would move the cursor, change colours or turn its direction around. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{FFFD}')
}

export function toMinute(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ')
}

export function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
