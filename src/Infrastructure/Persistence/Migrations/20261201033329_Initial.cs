using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Libra.Deploy.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "deploy");

            migrationBuilder.CreateTable(
                name: "api_tokens",
                schema: "deploy",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    prefix = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    organization_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    scopes = table.Column<List<string>>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_tokens", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "call_budgets",
                schema: "deploy",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    tokens = table.Column<double>(type: "double precision", nullable: false),
                    refilled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    blocked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_call_budgets", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "custom_domains",
                schema: "deploy",
                columns: table => new
                {
                    domain = table.Column<string>(type: "character varying(253)", maxLength: 253, nullable: false),
                    project_id = table.Column<string>(type: "text", nullable: false),
                    hostname_id = table.Column<string>(type: "text", nullable: true),
                    progress = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    certificate_status = table.Column<string>(type: "text", nullable: true),
                    records = table.Column<string>(type: "jsonb", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    waiting_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reserved_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    verified_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    next_check_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    released_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_domains", x => new { x.domain, x.project_id });
                });

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                schema: "deploy",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    xml = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_protection_keys", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "dead_letters",
                schema: "deploy",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    deployment_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    project_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    organization_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    reason = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    original_queue = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    final_error = table.Column<string>(type: "text", nullable: false),
                    total_retries = table.Column<int>(type: "integer", nullable: false),
                    retry_history = table.Column<string>(type: "jsonb", nullable: false),
                    message = table.Column<string>(type: "jsonb", nullable: false),
                    hangfire_job_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    resolution = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    resolved_by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    resolution_note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    replay_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dead_letters", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "deployment_counts",
                schema: "deploy",
                columns: table => new
                {
                    organization_id = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployment_counts", x => new { x.organization_id, x.status });
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "deployments",
                schema: "deploy",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    project_id = table.Column<string>(type: "text", nullable: false),
                    organization_id = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    trace_parent = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    predecessor_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    progress = table.Column<int>(type: "integer", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    interruptions = table.Column<int>(type: "integer", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lease_owner = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    lease_token = table.Column<long>(type: "bigint", nullable: true),
                    lease_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    fencing_token = table.Column<long>(type: "bigint", nullable: false),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    source_digest = table.Column<string>(type: "text", nullable: true),
                    artifact_digest = table.Column<string>(type: "text", nullable: true),
                    artifact_size = table.Column<long>(type: "bigint", nullable: true),
                    artifact_reused = table.Column<bool>(type: "boolean", nullable: false),
                    worker_url = table.Column<string>(type: "text", nullable: true),
                    archived_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dispatched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    hangfire_job_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    priority = table.Column<int>(type: "integer", nullable: false, computedColumnSql: "settings_priority", stored: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false),
                    domain_before = table.Column<string>(type: "text", nullable: true),
                    custom_domain = table.Column<string>(type: "text", nullable: true),
                    settings_debug = table.Column<bool>(type: "boolean", nullable: false),
                    settings_force = table.Column<bool>(type: "boolean", nullable: false),
                    settings_max_attempts = table.Column<int>(type: "integer", nullable: false),
                    settings_priority = table.Column<int>(type: "integer", nullable: false),
                    settings_timeout = table.Column<TimeSpan>(type: "interval", nullable: false),
                    settings_timeout_shortened = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    failure = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployments", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                schema: "deploy",
                columns: table => new
                {
                    organization_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    operation = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    key = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    request_digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    deployment_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    accepted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => new { x.organization_id, x.operation, x.key });
                });

            migrationBuilder.CreateTable(
                name: "orphans",
                schema: "deploy",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_orphans", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "quota_charges",
                schema: "deploy",
                columns: table => new
                {
                    deployment_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    organization_id = table.Column<string>(type: "text", nullable: false),
                    plan_id = table.Column<string>(type: "text", nullable: false),
                    amount = table.Column<int>(type: "integer", nullable: false),
                    charged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    refunded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    transferred_from = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quota_charges", x => x.deployment_id);
                    table.CheckConstraint("ck_quota_charges_amount", "amount > 0");
                });

            migrationBuilder.CreateTable(
                name: "rate_limits",
                schema: "deploy",
                columns: table => new
                {
                    key = table.Column<byte[]>(type: "bytea", nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rate_limits", x => x.key);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 50)
                .Annotation("Npgsql:UnloggedTable", true);

            migrationBuilder.CreateTable(
                name: "released_artifacts",
                schema: "deploy",
                columns: table => new
                {
                    digest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    project_id = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    released_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_released_artifacts", x => x.digest);
                });

            migrationBuilder.CreateTable(
                name: "webhooks",
                schema: "deploy",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    organization_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    url = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    description = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    secret = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    old_secret = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    old_secret_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    is_enabled = table.Column<bool>(type: "boolean", nullable: false),
                    disabled_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    events = table.Column<List<string>>(type: "text[]", nullable: false),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhooks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "deployment_sources",
                schema: "deploy",
                columns: table => new
                {
                    deployment_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    init_files = table.Column<byte[]>(type: "bytea", nullable: true),
                    history_messages = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployment_sources", x => x.deployment_id);
                    table.ForeignKey(
                        name: "fk_deployment_sources_deployments_deployment_id",
                        column: x => x.deployment_id,
                        principalSchema: "deploy",
                        principalTable: "deployments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "deployment_steps",
                schema: "deploy",
                columns: table => new
                {
                    step = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    deployment_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    starts = table.Column<int>(type: "integer", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    error_code = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deployment_steps", x => new { x.deployment_id, x.attempt, x.step });
                    table.ForeignKey(
                        name: "fk_deployment_steps_deployments_deployment_id",
                        column: x => x.deployment_id,
                        principalSchema: "deploy",
                        principalTable: "deployments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                schema: "deploy",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    webhook_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_name = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    give_up_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<string>(type: "jsonb", nullable: false),
                    round = table.Column<int>(type: "integer", nullable: false),
                    claimed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "fk_webhook_deliveries_webhooks_webhook_id",
                        column: x => x.webhook_id,
                        principalSchema: "deploy",
                        principalTable: "webhooks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_api_tokens_hash",
                schema: "deploy",
                table: "api_tokens",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_custom_domains_next_check_at",
                schema: "deploy",
                table: "custom_domains",
                column: "next_check_at");

            migrationBuilder.CreateIndex(
                name: "ux_custom_domains_one_holder",
                schema: "deploy",
                table: "custom_domains",
                column: "domain",
                unique: true,
                filter: "released_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letters_created_at_id",
                schema: "deploy",
                table: "dead_letters",
                columns: new[] { "created_at", "id" },
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_dead_letters_deployment_id",
                schema: "deploy",
                table: "dead_letters",
                column: "deployment_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_dead_letters_hangfire_job_id",
                schema: "deploy",
                table: "dead_letters",
                column: "hangfire_job_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_dead_letters_open",
                schema: "deploy",
                table: "dead_letters",
                column: "created_at",
                filter: "resolved_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_dead_letters_organization_id_created_at_id",
                schema: "deploy",
                table: "dead_letters",
                columns: new[] { "organization_id", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_active",
                schema: "deploy",
                table: "deployments",
                column: "created_at",
                filter: "status NOT IN ('completed', 'failed', 'cancelled')");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_artifact_digest",
                schema: "deploy",
                table: "deployments",
                column: "artifact_digest",
                filter: "artifact_digest IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_built",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "project_id", "source_digest" },
                filter: "status = 'completed'");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_completed_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "completed_at", "id" },
                filter: "completed_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_created_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "created_at", "id" },
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_deployments_line",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "organization_id", "priority", "due_at", "id" },
                descending: new[] { false, true, false, false },
                filter: "status = 'pending' AND dispatched_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_organization_id_created_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "organization_id", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_organization_id_status_created_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "organization_id", "status", "created_at", "id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_project_id_created_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "project_id", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_running",
                schema: "deploy",
                table: "deployments",
                column: "organization_id",
                filter: "status NOT IN ('completed', 'failed', 'cancelled') AND (status <> 'pending' OR dispatched_at IS NOT NULL)");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_served",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "organization_id", "dispatched_at" },
                filter: "dispatched_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_status_created_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "status", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_unarchived",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "archived_at", "completed_at" },
                filter: "completed_at IS NOT NULL AND archived_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_deployments_user_id_created_at_id",
                schema: "deploy",
                table: "deployments",
                columns: new[] { "user_id", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_deployments_waiting",
                schema: "deploy",
                table: "deployments",
                column: "due_at",
                filter: "status = 'pending'");

            migrationBuilder.CreateIndex(
                name: "ux_deployments_one_active_per_project",
                schema: "deploy",
                table: "deployments",
                column: "project_id",
                unique: true,
                filter: "status NOT IN ('completed', 'failed', 'cancelled')");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                schema: "deploy",
                table: "idempotency_keys",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_quota_charges_standing",
                schema: "deploy",
                table: "quota_charges",
                columns: new[] { "plan_id", "charged_at" },
                filter: "refunded_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_due",
                schema: "deploy",
                table: "webhook_deliveries",
                column: "due_at",
                filter: "due_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_ended",
                schema: "deploy",
                table: "webhook_deliveries",
                column: "created_at",
                filter: "due_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_webhook_id_id",
                schema: "deploy",
                table: "webhook_deliveries",
                columns: new[] { "webhook_id", "id" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "ix_webhooks_organization_id_id",
                schema: "deploy",
                table: "webhooks",
                columns: new[] { "organization_id", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_tokens",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "call_budgets",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "custom_domains",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "data_protection_keys",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "dead_letters",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "deployment_counts",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "deployment_sources",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "deployment_steps",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "orphans",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "quota_charges",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "rate_limits",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "released_artifacts",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "webhook_deliveries",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "deployments",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "webhooks",
                schema: "deploy");
        }
    }
}
