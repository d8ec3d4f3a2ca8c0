using Libra.Deploy.Domain.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Access;

internal sealed class ApiTokenConfiguration : IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<ApiToken> token)
    {
        token.ToTable("api_tokens");
        token.HasKey(t => t.Id);
        token.Ignore(t => t.Scopes);
        token.Property(t => t.Id).HasConversion(id => id.Value, value => new ApiTokenId(value)).ValueGeneratedNever();
        token.Property(t => t.Name).HasMaxLength(100);
        token.Property(t => t.Prefix).HasMaxLength(16);
        token.Property(t => t.Hash).HasConversion(hash => hash.ToBytes(), bytes => new TokenHash(bytes));
        token.Property(t => t.OrganizationId).HasMaxLength(255);
        token.Property(t => t.UserId).HasMaxLength(255);
        token.Property<List<string>>("_scopes").HasColumnName("scopes");

        // No row version: noting a use between the reading and the saving of a token must not make its revocation fail.
        token.HasIndex(t => t.Hash).IsUnique();
    }
}
