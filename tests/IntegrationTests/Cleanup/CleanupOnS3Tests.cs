using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>Cleaning up a real S3 server.</summary>
public sealed class CleanupOnS3Tests(TestPostgres server, S3Server s3) : CleanupTests(server)
{
    private protected override async Task<S3ObjectStoreOptions?> StoreAsync() => await s3.OwnBucketsAsync();
}

/// <summary>The same of what nobody names.</summary>
public sealed class OrphansOnS3Tests(TestPostgres server, S3Server s3) : OrphanTests(server)
{
    private protected override async Task<S3ObjectStoreOptions?> StoreAsync() => await s3.OwnBucketsAsync();
}

/// <summary>The same under load, killed again and again.</summary>
public sealed class KilledCleanupOnS3Tests(TestPostgres server, S3Server s3) : KilledCleanupTests(server)
{
    private protected override async Task<S3ObjectStoreOptions?> StoreAsync() => await s3.OwnBucketsAsync();
}
