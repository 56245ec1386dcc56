/** The table's rows, in its order. */
import type { Row } from '../row.ts'
import { frozenHolder, killedAtPoints, killedAtRandom, rollingRestart } from './kills.ts'
import { answersLost, refused, silent, strangeAnswers } from './providers.ts'
import { equalPosts, everything, hangingUp, wrongClocks } from './servers.ts'
import { deafMerchant, duplicates, lost, overtaking, reordered } from './webhooks.ts'

export const ROWS: readonly Row[] = [
  killedAtRandom,
  killedAtPoints,
  refused,
  silent,
  answersLost,
  strangeAnswers,
  duplicates,
  reordered,
  overtaking,
  lost,
  equalPosts,
  hangingUp,
  rollingRestart,
  frozenHolder,
  wrongClocks,
  deafMerchant,
  everything,
]
