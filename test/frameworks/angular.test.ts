import { describeSample } from './behaviour.ts'
import { describeCases } from './cases.ts'

const sample = {
  name: 'angular',
  site: 'dist',
  needsNewerNode: true,
  buildOptions: (server: string) => ['--define', `COINSLOT_SERVER='${server}'`],
}

describeSample(sample)
describeCases({ title: 'Angular', sample, page: 'angular' })
