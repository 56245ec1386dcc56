import { describeSample } from './behaviour.ts'

describeSample({ name: 'react', site: 'dist' })
