/** Whether this machine's clock is right: offers, webhooks and expiry go by it. */
import { failure, ok, warning, type Finding } from './finding.ts'
import type { Sighting } from './witness.ts'

const ABOUT = 'clock'
const MOST_MS = 60_000

interface Reading {
  readonly host: string
  readonly aheadMs: number
}

/**
 * @param others what other machines answered; the nearest of them counts, because one of them may be wrong
 * @param ours what the public address answered, which may be this very machine
 */
export function checkClock(others: readonly Sighting[], ours: readonly Sighting[]): Finding {
  const reading = nearest(others) ?? nearest(ours)
  if (!reading) {
    return warning(
      'clock.agrees',
      ABOUT,
      'was compared with nothing: no answer had a date',
      'Have it set by NTP (timedatectl status says whether it is).',
    )
  }
  const { host, aheadMs } = reading
  const seconds = Math.round(Math.abs(aheadMs) / 1_000)
  if (Math.abs(aheadMs) <= MOST_MS)
    return ok('clock.agrees', ABOUT, `within ${seconds} s of ${host}`)
  return failure(
    'clock.agrees',
    ABOUT,
    `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ${host}: webhooks and offers are refused, sessions end at the wrong time`,
    'Have it set by NTP (timedatectl set-ntp true), then restart the server.',
  )
}

function nearest(sightings: readonly Sighting[]): Reading | undefined {
  return sightings
    .flatMap((sighting): Reading[] =>
      sighting.kind === 'answer' && sighting.aheadMs !== null
        ? [{ host: sighting.host, aheadMs: sighting.aheadMs }]
        : [],
    )
    .toSorted((one, other) => Math.abs(one.aheadMs) - Math.abs(other.aheadMs))[0]
}
