import { describeSample } from './behaviour.ts'
import { describeCases } from './cases.ts'

const sample = { name: 'solid', site: 'dist' }

describeSample(sample)
describeCases({ title: 'Solid', sample, page: 'solid' })
