import { Donation } from './donation'

export default async function Page({ searchParams }: PageProps<'/'>) {
  const { coinslot_session: session } = await searchParams
  return <Donation hasPaid={session !== undefined} />
}
