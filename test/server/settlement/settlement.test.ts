import { sandboxSubject } from './sandbox-subject.ts'
import { describeSettlement } from './settlement-conformance.ts'

describeSettlement(sandboxSubject)
