import { sandboxSubject } from './sandbox-subject.ts'
import { describeSettlement } from './settlement-conformance.ts'
import { sprintcheckoutSubject } from './sprintcheckout-subject.ts'

describeSettlement(sandboxSubject)
describeSettlement(sprintcheckoutSubject)
