select carrier, waybill from sandbox.parcels where delivered_at is not null
