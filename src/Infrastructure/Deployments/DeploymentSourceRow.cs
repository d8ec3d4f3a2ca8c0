using System.IO.Compression;
using System.Text;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using static Libra.Deploy.Infrastructure.Persistence.PendingStatements;

namespace Libra.Deploy.Infrastructure.Deployments;

/// <summary>Source that came with a request, compressed; beside the deployment, so that reading a status never reads it.</summary>
internal sealed class DeploymentSourceRow
{
    public required DeploymentId DeploymentId { get; init; }

    public byte[]? InitFiles { get; init; }

    public byte[]? HistoryMessages { get; init; }
}

internal sealed class DeploymentSourceConfiguration : IEntityTypeConfiguration<DeploymentSourceRow>
{
    public void Configure(EntityTypeBuilder<DeploymentSourceRow> source)
    {
        source.ToTable("deployment_sources");
        source.HasKey(s => s.DeploymentId);
        source.HasOne<Deployment>().WithOne().HasForeignKey<DeploymentSourceRow>(s => s.DeploymentId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class DeploymentSources(LibraDbContext database, PendingStatements pending) : IDeploymentSources
{
    public void Add(DeploymentId id, RequestSource source) => pending.Add(
        "INSERT INTO deploy.deployment_sources (deployment_id, init_files, history_messages) VALUES ($1, $2, $3)",
        Of(id.Value), Of(Pack(source.InitFiles)), Of(Pack(source.HistoryMessages)));

    public async Task<RequestSource?> FindAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var row = await database.Set<DeploymentSourceRow>().AsNoTracking()
            .FirstOrDefaultAsync(source => source.DeploymentId == id, cancellationToken);
        return row is null ? null : new RequestSource(Unpack(row.InitFiles), Unpack(row.HistoryMessages));
    }

    private static byte[]? Pack(string? text)
    {
        if (text is null) return null;

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static string? Unpack(byte[]? packed)
    {
        if (packed is null) return null;

        using var reader = new StreamReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
