import { describeSample } from './behaviour.ts'
import { itIsServerRendered } from './server-rendered.ts'

describeSample(
  { name: 'next', site: ['node_modules/next/dist/bin/next', 'start'] },
  itIsServerRendered,
)
