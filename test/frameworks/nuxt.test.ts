import { describeSample } from './behaviour.ts'
import { itIsServerRendered } from './server-rendered.ts'

describeSample(
  { name: 'nuxt', site: ['.output/server/index.mjs'], needsNewerNode: true },
  itIsServerRendered,
)
