import { describeSample } from './behaviour.ts'

describeSample({ name: 'next', site: ['node_modules/next/dist/bin/next', 'start'] })
