import { describeSample } from './behaviour.ts'
import { describeCases, OBJECT_BEFORE } from './cases.ts'

const sample = { name: 'vue', site: 'dist' }

describeSample(sample)
describeCases({ title: 'Vue', sample, page: 'vue', cannot: [OBJECT_BEFORE] })
