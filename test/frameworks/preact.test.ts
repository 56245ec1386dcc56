import { describeSample } from './behaviour.ts'

describeSample({ name: 'preact', site: 'dist' })
