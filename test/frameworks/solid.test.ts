import { describeSample } from './behaviour.ts'

describeSample({ name: 'solid', site: 'dist' })
