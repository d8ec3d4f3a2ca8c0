using Libra.Deploy.Application.Storage;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Artifacts;

/// <summary>Artifacts on a real S3 server.</summary>
public sealed class ArtifactStoreOnS3Tests(S3Server s3) : ArtifactStoreTests
{
    private protected override async Task<IObjectStore?> NewStoreAsync() => await s3.OwnStoreAsync();
}

/// <summary>The cache of artifacts that come from a real S3 server.</summary>
public sealed class ArtifactCacheOnS3Tests(S3Server s3) : ArtifactCacheTests
{
    private protected override async Task<IObjectStore?> NewStoreAsync() => await s3.OwnStoreAsync();
}
