import type { World } from '../../tests/e2e/support/world.ts'

/** The worker of these sessions stands for one on another machine: its heartbeat is of the day after tomorrow. */
const ELSEWHERE = 'worker-elsewhere'

/** Gives an organisation `count` sessions: names and numbers as people have them, most of them connected. */
export async function seedSessions({ sql, organizationId }: World, count: number): Promise<void> {
  const organization = await organizationId()
  await sql`
    insert into whatsapp_workers (id, url, version, capacity, session_count, heartbeat_at)
    values (${ELSEWHERE}, 'http://127.0.0.1:9', '0', 100000, ${count}, now() + interval '2 days')`
  await sql`
    insert into whatsapp_sessions
      (organization_id, display_name, phone_number, status, status_reason, desired, worker_id, linked_at, connected_at, last_active_at, created_at)
    select ${organization},
      (array['Tienda', 'Bodega', 'Soporte', 'Cobranza', 'Ventas', 'Recepción', 'Almacén'])[1 + n % 7] || ' ' ||
        (array['Lima', 'Cusco', 'São Paulo', 'Bogotá', 'Quito'])[1 + n % 5] || ' ' || n,
      '+519' || lpad((n * 7919 % 100000000)::text, 8, '0'),
      (case when n % 10 < 7 then 'connected' when n % 10 < 9 then 'stopped' else 'disconnected' end)::session_status,
      (case when n % 10 = 9 then 'unlinked_from_phone' end)::status_reason,
      (case when n % 10 < 7 then 'online' else 'stopped' end)::desired_state,
      ${ELSEWHERE}, now() - n * interval '1 hour', now() - n * interval '1 hour', now() - n * interval '1 minute', now() - n * interval '1 minute'
    from generate_series(1, ${count}) n`
  await sql`analyze whatsapp_sessions`
}
