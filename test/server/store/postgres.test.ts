import { settle } from '../../../server/settlement/settle.ts'
import { openPostgres } from '../../../server/store/postgres.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { newDatabaseUrl } from '../../postgres/database.ts'
import { describeStore } from './store-conformance.ts'

const openAt = async (url: string) =>
  createSqlStore(await openPostgres(url), { settle, destinations: ['url', 'listener'] })

describeStore({
  name: 'PostgreSQL',
  open: async () => openAt(await newDatabaseUrl()),
  async openTwo() {
    const url = await newDatabaseUrl()
    return [await openAt(url), await openAt(url)]
  },
})
