-- The Portal names a session by its phone number. A number that was forgotten (reset, deleted) is still in the order that made it so.

create index whatsapp_sessions_of_a_phone_number on public.whatsapp_sessions (phone_number, organization_id)
  where phone_number is not null;
create index whatsapp_clearances_of_a_phone_number on public.whatsapp_clearances (phone_number, organization_id, requested_at desc)
  where phone_number is not null;
