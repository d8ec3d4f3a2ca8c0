using Libra.Deploy.Application.Storage;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>Everything that a log does in a folder, on a real S3 server: conditional writes, ranges, order of lists.</summary>
public sealed class LogOnS3Tests(S3Server s3) : DeploymentLogTests
{
    private protected override async Task<IObjectStore?> NewStoreAsync() => await s3.OwnStoreAsync();
}

/// <summary>The same of following one.</summary>
public sealed class LogFollowingOnS3Tests(S3Server s3) : LogFollowingTests
{
    private protected override async Task<IObjectStore?> NewStoreAsync() => await s3.OwnStoreAsync();
}

/// <summary>The same of reading a large one in pages.</summary>
public sealed class LogReadingOnS3Tests(LargeLog log, S3Server s3) : LogReadingTests(log)
{
    private protected override async Task<IObjectStore?> NewStoreAsync() => await s3.OwnStoreAsync();
}
