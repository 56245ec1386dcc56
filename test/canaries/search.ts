/** Finds words in bytes, however they are spelled. */

/** In every secret and every person's details of the tests, so that nothing else has to be known of them. */
export const MARK = 'canary'

/** As much of a secret as gives it away; what is shorter may be there by chance. */
const TELLING = 16

/** Words to be found, as bytes; the mark in the letters that it is written with, and what has no mark. */
export function createSearch(secrets: Iterable<string>): (bytes: Buffer) => string[] {
  const unmarked = [...secrets]
    .filter((secret) => secret.length >= TELLING && !secret.toLowerCase().includes(MARK))
    .map((secret) => secret.slice(0, TELLING))
  const marks = [MARK, MARK.toUpperCase(), MARK[0]?.toUpperCase() + MARK.slice(1)]
  const needles = [...new Set([...marks, ...unmarked])].flatMap((word) =>
    spellings(word).map(([name, text]) => ({
      told: `${word} (${name})`,
      bytes: Buffer.from(text),
    })),
  )
  return (bytes) => needles.filter((needle) => bytes.includes(needle.bytes)).map(({ told }) => told)
}

function spellings(word: string): [name: string, text: string][] {
  const all: [string, string][] = [
    ['as it is', word],
    ['in a URL', encodeURIComponent(word)],
    ['in hex', Buffer.from(word).toString('hex')],
    ...[0, 1, 2].map((offset): [string, string] => ['in base64', base64Within(word, offset)]),
  ]
  return all.filter(([, text], index) => all.findIndex(([, other]) => other === text) === index)
}

/** How base64 has a word that this many bytes stand before: the letters that no neighbour changes. */
function base64Within(word: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(word)])
  const whole = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), whole)
}
