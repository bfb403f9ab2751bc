#!/bin/sh
# Makes Temporal's two databases, and brings their tables to the version of this image. Every step may be repeated: it runs
# with each start, and so a newer image upgrades them. SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, SQL_PLUGIN: the environment.
set -eu

prepare() {
  database="$1"
  versions="$2"
  temporal-sql-tool --database "$database" create-database
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$versions/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
