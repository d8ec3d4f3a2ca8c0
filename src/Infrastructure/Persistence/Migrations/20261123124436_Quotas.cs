using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Libra.Deploy.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Quotas : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.CreateIndex(
                name: "ix_quota_charges_standing",
                schema: "deploy",
                table: "quota_charges",
                columns: new[] { "plan_id", "charged_at" },
                filter: "refunded_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "quota_charges",
                schema: "deploy");
        }
    }
}
