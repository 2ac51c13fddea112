-- Where Supabase Realtime is there, the page hears of changes at once instead of polling. Row level security applies.
do $$
begin
  if exists (select from pg_publication where pubname = 'supabase_realtime') then
    alter publication supabase_realtime add table public.whatsapp_sessions, public.whatsapp_clearances;
  end if;
end
$$;
