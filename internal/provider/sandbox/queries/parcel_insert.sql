insert into sandbox.parcels (carrier, waybill) values ($1, $2) on conflict do nothing
