// Made from supabase/migrations by `node scripts/gen-types.ts`; do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      organization_invitations: {
        Row: {
          created_at: string
          email: string
          expires_at: string
          id: string
          invited_by: string | null
          organization_id: string
          role: Database['public']['Enums']['member_role']
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          email: string
          expires_at?: string
          id?: string
          invited_by?: string | null
          organization_id: string
          role: Database['public']['Enums']['member_role']
        }
        Update: {
          created_at?: string
          email?: string
          expires_at?: string
          id?: string
          invited_by?: string | null
          organization_id?: string
          role?: Database['public']['Enums']['member_role']
        }
        Relationships: [
          {
            foreignKeyName: 'organization_invitations_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      organization_members: {
        Row: {
          created_at: string
          organization_id: string
          role: Database['public']['Enums']['member_role']
          user_id: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          organization_id: string
          role: Database['public']['Enums']['member_role']
          user_id: string
        }
        Update: {
          created_at?: string
          organization_id?: string
          role?: Database['public']['Enums']['member_role']
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'organization_members_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      organizations: {
        Row: {
          created_at: string
          id: string
          name: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          id?: string
          name: string
        }
        Update: {
          created_at?: string
          id?: string
          name?: string
        }
        Relationships: []
      }
      webhook_deliveries: {
        Row: {
          attempts: number
          claim: string | null
          created_at: string
          delivered_at: string | null
          endpoint_id: string
          id: string
          last_attempt_at: string | null
          last_error: string | null
          last_status: number | null
          next_attempt_at: string
          organization_id: string
          payload: NonNullable<Json>
          session_id: string | null
          state: Database['public']['Enums']['delivery_state']
          type: Database['public']['Enums']['webhook_event']
        }
        ComputedFields: never
        Insert: {
          attempts?: number
          claim?: string | null
          created_at?: string
          delivered_at?: string | null
          endpoint_id: string
          id?: string
          last_attempt_at?: string | null
          last_error?: string | null
          last_status?: number | null
          next_attempt_at?: string
          organization_id: string
          payload: NonNullable<Json>
          session_id?: string | null
          state?: Database['public']['Enums']['delivery_state']
          type: Database['public']['Enums']['webhook_event']
        }
        Update: {
          attempts?: number
          claim?: string | null
          created_at?: string
          delivered_at?: string | null
          endpoint_id?: string
          id?: string
          last_attempt_at?: string | null
          last_error?: string | null
          last_status?: number | null
          next_attempt_at?: string
          organization_id?: string
          payload?: NonNullable<Json>
          session_id?: string | null
          state?: Database['public']['Enums']['delivery_state']
          type?: Database['public']['Enums']['webhook_event']
        }
        Relationships: [
          {
            foreignKeyName: 'webhook_deliveries_endpoint_id_fkey'
            columns: ['endpoint_id']
            isOneToOne: false
            referencedRelation: 'webhook_endpoints'
            referencedColumns: ['id']
          },
        ]
      }
      webhook_endpoints: {
        Row: {
          created_at: string
          created_by: string | null
          description: string
          disabled_reason: string | null
          enabled: boolean
          events: Database['public']['Enums']['webhook_event'][]
          failing_since: string | null
          id: string
          organization_id: string
          secret_rotated_at: string
          updated_at: string
          url: string
        }
        ComputedFields: never
        Insert: {
          created_at?: string
          created_by?: string | null
          description?: string
          disabled_reason?: string | null
          enabled?: boolean
          events?: Database['public']['Enums']['webhook_event'][]
          failing_since?: string | null
          id?: string
          organization_id: string
          secret_rotated_at?: string
          updated_at?: string
          url: string
        }
        Update: {
          created_at?: string
          created_by?: string | null
          description?: string
          disabled_reason?: string | null
          enabled?: boolean
          events?: Database['public']['Enums']['webhook_event'][]
          failing_since?: string | null
          id?: string
          organization_id?: string
          secret_rotated_at?: string
          updated_at?: string
          url?: string
        }
        Relationships: [
          {
            foreignKeyName: 'webhook_endpoints_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      whatsapp_clearances: {
        Row: {
          attempts: number
          completed_at: string | null
          id: string
          label: string | null
          last_error: string | null
          max_generation: number
          organization_id: string
          phone_number: string | null
          reason: Database['public']['Enums']['clear_reason']
          receipt: Json | null
          requested_at: string
          requested_by: string | null
          session_id: string
          worker_id: string | null
        }
        ComputedFields: never
        Insert: {
          attempts?: number
          completed_at?: string | null
          id?: string
          label?: string | null
          last_error?: string | null
          max_generation: number
          organization_id: string
          phone_number?: string | null
          reason: Database['public']['Enums']['clear_reason']
          receipt?: Json | null
          requested_at?: string
          requested_by?: string | null
          session_id: string
          worker_id?: string | null
        }
        Update: {
          attempts?: number
          completed_at?: string | null
          id?: string
          label?: string | null
          last_error?: string | null
          max_generation?: number
          organization_id?: string
          phone_number?: string | null
          reason?: Database['public']['Enums']['clear_reason']
          receipt?: Json | null
          requested_at?: string
          requested_by?: string | null
          session_id?: string
          worker_id?: string | null
        }
        Relationships: []
      }
      whatsapp_session_events: {
        Row: {
          at: string
          detail: NonNullable<Json>
          id: number
          kind: Database['public']['Enums']['session_event_kind']
          organization_id: string
          session_id: string
        }
        ComputedFields: never
        Insert: {
          at?: string
          detail?: NonNullable<Json>
          id?: never
          kind: Database['public']['Enums']['session_event_kind']
          organization_id: string
          session_id: string
        }
        Update: {
          at?: string
          detail?: NonNullable<Json>
          id?: never
          kind?: Database['public']['Enums']['session_event_kind']
          organization_id?: string
          session_id?: string
        }
        Relationships: []
      }
      whatsapp_sessions: {
        Row: {
          change: number
          connected_at: string | null
          created_at: string
          created_by: string | null
          desired: Database['public']['Enums']['desired_state']
          display_name: string | null
          generation: number
          id: string
          last_active_at: string | null
          link_requested_at: string | null
          linked_at: string | null
          observed_boot: string | null
          observed_sequence: number | null
          organization_id: string
          phone_number: string | null
          status: Database['public']['Enums']['session_status']
          status_reason: Database['public']['Enums']['status_reason'] | null
          updated_at: string
          worker_id: string | null
        }
        ComputedFields: never
        Insert: {
          change?: number
          connected_at?: string | null
          created_at?: string
          created_by?: string | null
          desired?: Database['public']['Enums']['desired_state']
          display_name?: string | null
          generation?: number
          id?: string
          last_active_at?: string | null
          link_requested_at?: string | null
          linked_at?: string | null
          observed_boot?: string | null
          observed_sequence?: number | null
          organization_id: string
          phone_number?: string | null
          status?: Database['public']['Enums']['session_status']
          status_reason?: Database['public']['Enums']['status_reason'] | null
          updated_at?: string
          worker_id?: string | null
        }
        Update: {
          change?: number
          connected_at?: string | null
          created_at?: string
          created_by?: string | null
          desired?: Database['public']['Enums']['desired_state']
          display_name?: string | null
          generation?: number
          id?: string
          last_active_at?: string | null
          link_requested_at?: string | null
          linked_at?: string | null
          observed_boot?: string | null
          observed_sequence?: number | null
          organization_id?: string
          phone_number?: string | null
          status?: Database['public']['Enums']['session_status']
          status_reason?: Database['public']['Enums']['status_reason'] | null
          updated_at?: string
          worker_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'whatsapp_sessions_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
      whatsapp_workers: {
        Row: {
          away_since: string | null
          boot_id: string | null
          capacity: number
          draining: boolean
          heartbeat_at: string
          held: number
          id: string
          returned_at: string | null
          session_count: number
          store: Database['public']['Enums']['worker_store']
          url: string
          version: string
        }
        ComputedFields: never
        Insert: {
          away_since?: string | null
          boot_id?: string | null
          capacity: number
          draining?: boolean
          heartbeat_at?: string
          held?: number
          id: string
          returned_at?: string | null
          session_count: number
          store?: Database['public']['Enums']['worker_store']
          url: string
          version: string
        }
        Update: {
          away_since?: string | null
          boot_id?: string | null
          capacity?: number
          draining?: boolean
          heartbeat_at?: string
          held?: number
          id?: string
          returned_at?: string | null
          session_count?: number
          store?: Database['public']['Enums']['worker_store']
          url?: string
          version?: string
        }
        Relationships: []
      }
    }
    Views: {
      whatsapp_clearance_overview: {
        Row: {
          attempts: number
          completed_at: string | null
          id: string
          label: string | null
          last_error: string | null
          max_generation: number
          organization_id: string
          outcome: Database['public']['Enums']['clear_outcome'] | null
          phone_number: string | null
          reason: Database['public']['Enums']['clear_reason']
          receipt: Json | null
          requested_at: string
          requested_by: string | null
          requested_by_email: string | null
          session_id: string
          worker_id: string | null
        }
        ComputedFields: never
        Relationships: []
      }
      whatsapp_session_overview: {
        Row: {
          clearing: boolean | null
          connected_at: string | null
          created_at: string
          created_by: string | null
          desired: Database['public']['Enums']['desired_state']
          display_name: string | null
          effective_status: Database['public']['Enums']['effective_status'] | null
          generation: number
          id: string
          last_active_at: string | null
          link_requested_at: string | null
          linked_at: string | null
          organization_id: string
          phone_number: string | null
          status: Database['public']['Enums']['session_status']
          status_reason: Database['public']['Enums']['status_reason'] | null
          updated_at: string
          worker_id: string | null
        }
        ComputedFields: never
        Insert: {
          clearing?: never
          connected_at?: string | null
          created_at?: string | null
          created_by?: string | null
          desired?: Database['public']['Enums']['desired_state'] | null
          display_name?: string | null
          effective_status?: never
          generation?: number | null
          id?: string | null
          last_active_at?: string | null
          link_requested_at?: string | null
          linked_at?: string | null
          organization_id?: string | null
          phone_number?: string | null
          status?: Database['public']['Enums']['session_status'] | null
          status_reason?: Database['public']['Enums']['status_reason'] | null
          updated_at?: string | null
          worker_id?: string | null
        }
        Update: {
          clearing?: never
          connected_at?: string | null
          created_at?: string | null
          created_by?: string | null
          desired?: Database['public']['Enums']['desired_state'] | null
          display_name?: string | null
          effective_status?: never
          generation?: number | null
          id?: string | null
          last_active_at?: string | null
          link_requested_at?: string | null
          linked_at?: string | null
          organization_id?: string | null
          phone_number?: string | null
          status?: Database['public']['Enums']['session_status'] | null
          status_reason?: Database['public']['Enums']['status_reason'] | null
          updated_at?: string | null
          worker_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'whatsapp_sessions_organization_id_fkey'
            columns: ['organization_id']
            isOneToOne: false
            referencedRelation: 'organizations'
            referencedColumns: ['id']
          },
        ]
      }
    }
    Functions: {
      accept_invitation: { Args: { id: string }; Returns: string }
      activity: {
        Args: {
          before?: string
          before_id?: string
          organization_id: string
          outcomes?: Database['public']['Enums']['clear_outcome'][]
          page_size?: number
          query?: string
          reasons?: Database['public']['Enums']['clear_reason'][]
          since?: string
          until?: string
        }
        Returns: {
          attempts: number
          completed_at: string | null
          id: string
          label: string | null
          last_error: string | null
          max_generation: number
          organization_id: string
          outcome: Database['public']['Enums']['clear_outcome'] | null
          phone_number: string | null
          reason: Database['public']['Enums']['clear_reason']
          receipt: Json | null
          requested_at: string
          requested_by: string | null
          requested_by_email: string | null
          session_id: string
          worker_id: string | null
        }[]
        SetofOptions: {
          from: '*'
          to: 'whatsapp_clearance_overview'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      assigned_worker: { Args: { session_id: string }; Returns: string }
      cancel_link: { Args: { session_id: string }; Returns: Json }
      create_organization: { Args: { name: string }; Returns: string }
      create_session: {
        Args: { display_name?: string; organization_id: string }
        Returns: {
          change: number
          connected_at: string | null
          created_at: string
          created_by: string | null
          desired: Database['public']['Enums']['desired_state']
          display_name: string | null
          generation: number
          id: string
          last_active_at: string | null
          link_requested_at: string | null
          linked_at: string | null
          observed_boot: string | null
          observed_sequence: number | null
          organization_id: string
          phone_number: string | null
          status: Database['public']['Enums']['session_status']
          status_reason: Database['public']['Enums']['status_reason'] | null
          updated_at: string
          worker_id: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'whatsapp_sessions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      create_webhook: {
        Args: { description?: string; events?: Database['public']['Enums']['webhook_event'][]; organization_id: string; url: string }
        Returns: Json
      }
      decline_invitation: { Args: { id: string }; Returns: undefined }
      delete_webhook: { Args: { id: string }; Returns: undefined }
      forget_worker: { Args: { worker_id: string }; Returns: number }
      invite_member: { Args: { email: string; organization_id: string; role: Database['public']['Enums']['member_role'] }; Returns: string }
      leave_organization: { Args: { organization_id: string }; Returns: undefined }
      my_invitations: {
        Args: Record<PropertyKey, never>
        Returns: {
          expires_at: string
          id: string
          invited_by_email: string
          organization_id: string
          organization_name: string
          role: Database['public']['Enums']['member_role']
        }[]
      }
      organization_members_overview: {
        Args: { organization_id: string }
        Returns: {
          created_at: string
          email: string
          is_you: boolean
          role: Database['public']['Enums']['member_role']
          user_id: string
        }[]
      }
      purge_stale_sessions: { Args: Record<PropertyKey, never>; Returns: string[] }
      redeliver_dead: { Args: { endpoint_id: string }; Returns: number }
      redeliver_webhook: { Args: { delivery_id: string }; Returns: undefined }
      remove_member: { Args: { organization_id: string; user_id: string }; Returns: undefined }
      rename_organization: { Args: { name: string; organization_id: string }; Returns: undefined }
      reset_session: { Args: { session_id: string }; Returns: string }
      revoke_invitation: { Args: { id: string }; Returns: undefined }
      rotate_webhook_secret: { Args: { id: string; overlap_hours?: number }; Returns: string }
      search_sessions: {
        Args: {
          organization_id: string
          page_offset?: number
          page_size?: number
          query?: string
          states?: Database['public']['Enums']['effective_status'][]
        }
        Returns: Json
      }
      search_terms: { Args: { query: string }; Returns: Record<string, unknown> }
      set_member_role: {
        Args: { organization_id: string; role: Database['public']['Enums']['member_role']; user_id: string }
        Returns: undefined
      }
      start_session: {
        Args: { session_id: string }
        Returns: {
          change: number
          connected_at: string | null
          created_at: string
          created_by: string | null
          desired: Database['public']['Enums']['desired_state']
          display_name: string | null
          generation: number
          id: string
          last_active_at: string | null
          link_requested_at: string | null
          linked_at: string | null
          observed_boot: string | null
          observed_sequence: number | null
          organization_id: string
          phone_number: string | null
          status: Database['public']['Enums']['session_status']
          status_reason: Database['public']['Enums']['status_reason'] | null
          updated_at: string
          worker_id: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'whatsapp_sessions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      stop_session: {
        Args: { session_id: string }
        Returns: {
          change: number
          connected_at: string | null
          created_at: string
          created_by: string | null
          desired: Database['public']['Enums']['desired_state']
          display_name: string | null
          generation: number
          id: string
          last_active_at: string | null
          link_requested_at: string | null
          linked_at: string | null
          observed_boot: string | null
          observed_sequence: number | null
          organization_id: string
          phone_number: string | null
          status: Database['public']['Enums']['session_status']
          status_reason: Database['public']['Enums']['status_reason'] | null
          updated_at: string
          worker_id: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'whatsapp_sessions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      test_webhook: { Args: { id: string }; Returns: string }
      update_webhook: {
        Args: { description: string; enabled: boolean; events: Database['public']['Enums']['webhook_event'][]; id: string; url: string }
        Returns: {
          created_at: string
          created_by: string | null
          description: string
          disabled_reason: string | null
          enabled: boolean
          events: Database['public']['Enums']['webhook_event'][]
          failing_since: string | null
          id: string
          organization_id: string
          secret_rotated_at: string
          updated_at: string
          url: string
        }
        SetofOptions: {
          from: '*'
          to: 'webhook_endpoints'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      worker_adopt: { Args: { generation: number; puts: Json; session_id: string; worker_id: string }; Returns: string }
      worker_adopted: { Args: { but: string[]; worker_id: string }; Returns: string[] }
      worker_clear_shelf: { Args: { findings: Json; order_id: string; token: number; worker_id: string }; Returns: Json }
      worker_complete_order: { Args: { order_id: string; receipt: Json }; Returns: Json }
      worker_deliver: { Args: { outcomes: Json; room: number }; Returns: Json }
      worker_fail_order: { Args: { error: string; order_id: string }; Returns: undefined }
      worker_heartbeat: {
        Args: {
          boot_id?: string
          capacity: number
          draining?: boolean
          first?: boolean
          session_count: number
          store?: Database['public']['Enums']['worker_store']
          url: string
          version: string
          worker_id: string
        }
        Returns: boolean
      }
      worker_linked: {
        Args: { generation: number; phone_number: string; session_id: string; token?: number; worker_id: string }
        Returns: boolean
      }
      worker_look: { Args: { boot_id?: string; session_id: string; worker_id?: string }; Returns: Json }
      worker_message_events: { Args: { boot_id: string; events: Json }; Returns: undefined }
      worker_note: { Args: { boot_id: string; events: Json }; Returns: undefined }
      worker_observe: {
        Args: {
          boot_id?: string
          generation: number
          sequence?: number
          session_id: string
          status: Database['public']['Enums']['session_status']
          status_reason?: Database['public']['Enums']['status_reason']
          token?: number
          worker_id: string
        }
        Returns: boolean
      }
      worker_online: { Args: Record<PropertyKey, never>; Returns: boolean }
      worker_release: { Args: { leases: Json; worker_id: string }; Returns: number }
      worker_shelve: { Args: { changes: Json; worker_id: string }; Returns: string[] }
      worker_silence_in: { Args: Record<PropertyKey, never>; Returns: number }
      worker_snapshot: { Args: { boot_id?: string; since?: number; worker_id?: string }; Returns: Json }
      worker_to_move: { Args: { worker_id: string }; Returns: Json }
      worker_touch: { Args: { session_ids: string[] }; Returns: undefined }
      worker_unlinked: {
        Args: {
          generation: number
          session_id: string
          status_reason: Database['public']['Enums']['status_reason']
          token?: number
          worker_id?: string
        }
        Returns: Json
      }
      worker_unshelve: { Args: { sequence?: number; session_id: string; token: number; worker_id: string }; Returns: Json }
      workers_of_organization: { Args: { organization_id: string }; Returns: string[] }
    }
    Enums: {
      clear_outcome: 'open' | 'gone' | 'gone_here'
      clear_reason: 'cancel' | 'delete' | 'purge' | 'reset' | 'unlinked'
      delivery_state: 'waiting' | 'delivered' | 'dead'
      desired_state: 'online' | 'stopped'
      effective_status: 'connecting' | 'connected' | 'reconnecting' | 'stopped' | 'disconnected' | 'worker_offline'
      member_role: 'owner' | 'admin' | 'agent'
      session_event_kind:
        | 'created'
        | 'renamed'
        | 'deleted'
        | 'status'
        | 'link_requested'
        | 'stop_requested'
        | 'start_requested'
        | 'clear_ordered'
        | 'cleared'
        | 'link_attempt'
        | 'pairing_code_requested'
        | 'link_expired'
        | 'linked'
        | 'connection_closed'
        | 'storage_failed'
        | 'credentials_damaged'
        | 'backup_restored'
        | 'set_aside'
        | 'text_refused'
        | 'text_unanswered'
        | 'notes_lost'
      session_status: 'connecting' | 'connected' | 'reconnecting' | 'stopped' | 'disconnected'
      status_reason:
        | 'link_expired'
        | 'link_cancelled'
        | 'unlinked_from_phone'
        | 'reset'
        | 'connection_lost'
        | 'replaced'
        | 'banned'
        | 'bad_session'
        | 'credentials_damaged'
        | 'retries_exhausted'
        | 'passkey_required'
        | 'version_outdated'
        | 'multidevice_mismatch'
        | 'storage_failed'
        | 'link_unfinished'
      webhook_event:
        | 'session.connected'
        | 'session.disconnected'
        | 'session.stopped'
        | 'session.cleared'
        | 'session.link_expired'
        | 'message.sent'
        | 'message.failed'
        | 'ping'
      worker_store: 'disk' | 'database'
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes'] | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {
      clear_outcome: ['open', 'gone', 'gone_here'],
      clear_reason: ['cancel', 'delete', 'purge', 'reset', 'unlinked'],
      delivery_state: ['waiting', 'delivered', 'dead'],
      desired_state: ['online', 'stopped'],
      effective_status: ['connecting', 'connected', 'reconnecting', 'stopped', 'disconnected', 'worker_offline'],
      member_role: ['owner', 'admin', 'agent'],
      session_event_kind: [
        'created',
        'renamed',
        'deleted',
        'status',
        'link_requested',
        'stop_requested',
        'start_requested',
        'clear_ordered',
        'cleared',
        'link_attempt',
        'pairing_code_requested',
        'link_expired',
        'linked',
        'connection_closed',
        'storage_failed',
        'credentials_damaged',
        'backup_restored',
        'set_aside',
        'text_refused',
        'text_unanswered',
        'notes_lost',
      ],
      session_status: ['connecting', 'connected', 'reconnecting', 'stopped', 'disconnected'],
      status_reason: [
        'link_expired',
        'link_cancelled',
        'unlinked_from_phone',
        'reset',
        'connection_lost',
        'replaced',
        'banned',
        'bad_session',
        'credentials_damaged',
        'retries_exhausted',
        'passkey_required',
        'version_outdated',
        'multidevice_mismatch',
        'storage_failed',
        'link_unfinished',
      ],
      webhook_event: [
        'session.connected',
        'session.disconnected',
        'session.stopped',
        'session.cleared',
        'session.link_expired',
        'message.sent',
        'message.failed',
        'ping',
      ],
      worker_store: ['disk', 'database'],
    },
  },
} as const
