-- A session need not come over a network: sshd on a Unix socket or a vsock.
alter table "host_sessions" alter column "from_address" drop not null;
