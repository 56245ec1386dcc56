import { isPostgres } from '../../postgres/database.ts'
import { kadoseiSubject } from './kadosei-subject.ts'
import { kuvarpaySubject } from './kuvarpay-subject.ts'
import { sandboxSubject } from './sandbox-subject.ts'
import { describeSettlement } from './settlement-conformance.ts'
import { sprintcheckoutSubject } from './sprintcheckout-subject.ts'

describeSettlement(sandboxSubject)
// The store knows no provider from another: one is enough on a second database.
if (!isPostgres()) {
  describeSettlement(sprintcheckoutSubject)
  describeSettlement(kadoseiSubject)
  describeSettlement(kuvarpaySubject)
}
