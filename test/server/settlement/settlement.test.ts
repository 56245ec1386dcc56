import { kadoseiSubject } from './kadosei-subject.ts'
import { kuvarpaySubject } from './kuvarpay-subject.ts'
import { sandboxSubject } from './sandbox-subject.ts'
import { describeSettlement } from './settlement-conformance.ts'
import { sprintcheckoutSubject } from './sprintcheckout-subject.ts'

describeSettlement(sandboxSubject)
describeSettlement(sprintcheckoutSubject)
describeSettlement(kadoseiSubject)
describeSettlement(kuvarpaySubject)
