import { describeSample } from './behaviour.ts'

describeSample({ name: 'nuxt', site: ['.output/server/index.mjs'], needsNewerNode: true })
