/** The table's rows, in its order. */
import type { Row } from '../row.ts'
import { failingDisk, fullDisk, heldLock, powerLoss } from './disks.ts'
import { frozenHolder, killedAtPoints, killedAtRandom, rollingRestart } from './kills.ts'
import { overload } from './overload.ts'
import { endedConnections, killedDatabase, silentDatabase } from './postgres.ts'
import { answersLost, refused, silent, strangeAnswers } from './providers.ts'
import { equalPosts, everything, hangingUp, wrongClocks } from './servers.ts'
import { manyDays, restored } from './operation.ts'
import { besideNewer, olderFile, olderOnServer } from './upgrades.ts'
import { deafMerchant, duplicates, lost, overtaking, reordered, serverDown } from './webhooks.ts'

export const ROWS: readonly Row[] = [
  killedAtRandom,
  killedAtPoints,
  powerLoss,
  fullDisk,
  failingDisk,
  heldLock,
  killedDatabase,
  endedConnections,
  silentDatabase,
  refused,
  silent,
  answersLost,
  strangeAnswers,
  duplicates,
  reordered,
  overtaking,
  lost,
  serverDown,
  equalPosts,
  hangingUp,
  rollingRestart,
  frozenHolder,
  wrongClocks,
  deafMerchant,
  overload,
  olderFile,
  olderOnServer,
  besideNewer,
  manyDays,
  restored,
  everything,
]
