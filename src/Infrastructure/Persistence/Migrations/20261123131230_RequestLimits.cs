using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Libra.Deploy.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class RequestLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                schema: "deploy",
                table: "idempotency_keys",
                column: "created_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "deploy");

            migrationBuilder.DropTable(
                name: "rate_limits",
                schema: "deploy");
        }
    }
}
