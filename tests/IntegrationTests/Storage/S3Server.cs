using System.Diagnostics;
using Amazon.S3;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Storage;

[assembly: AssemblyFixture(typeof(S3Server))]

namespace Libra.Deploy.IntegrationTests.Storage;

/// <summary>A real S3 server, started by the first test that asks for it and shared by all.</summary>
public sealed class S3Server : IAsyncDisposable
{
    private const int NotInstalled = 77;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-s3-");
    private readonly Lazy<Task<(S3ObjectStoreOptions? Options, string? Missing)>> _start;
    private Process? _process;

    public S3Server() => _start = new Lazy<Task<(S3ObjectStoreOptions?, string?)>>(StartAsync);

    /// <summary>Settings for a client; skips the calling test, with the reason, where no server is installed.</summary>
    public async Task<S3ObjectStoreOptions> OptionsAsync()
    {
        var (options, missing) = await _start.Value;
        Assert.SkipUnless(options is not null, $"No S3 server to test against: {missing}");
        return options!;
    }

    /// <summary>The same with two buckets of its own, for a test that looks at all that is in them, or cleans up.</summary>
    public async Task<S3ObjectStoreOptions> OwnBucketsAsync()
    {
        var own = Guid.NewGuid().ToString("N");
        var options = await OptionsAsync() with { LogsBucket = $"logs-{own}", ArtifactsBucket = $"artifacts-{own}" };
        await MakeBucketsAsync(options);
        return options;
    }

    /// <summary>The same as settings of the service.</summary>
    public static (string Key, string Value)[] SettingsOf(S3ObjectStoreOptions options) =>
    [
        ("R2:Endpoint", options.Endpoint!.AbsoluteUri), ("R2:AccessKeyId", options.AccessKeyId),
        ("R2:SecretAccessKey", options.SecretAccessKey),
        ("R2:LogsBucket", options.LogsBucket), ("R2:ArtifactsBucket", options.ArtifactsBucket),
    ];

    /// <summary>A store on two buckets of its own.</summary>
    internal async Task<IObjectStore> OwnStoreAsync() => new S3ObjectStore(await OwnBucketsAsync(), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close(); // the script's sign to stop
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<(S3ObjectStoreOptions? Options, string? Missing)> StartAsync()
    {
        var options = new S3ObjectStoreOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{FixedPorts.Take(inARow: 2)}"),
            AccessKeyId = $"key{Guid.NewGuid():N}",
            SecretAccessKey = $"secret{Guid.NewGuid():N}",
        };
        var script = Path.Combine(AppContext.BaseDirectory, "Storage", "start-radosgw.sh");
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { script, _folder.FullName, $"{options.Endpoint.Port}", options.AccessKeyId, options.SecretAccessKey },
        };
        _process = Process.Start(start)!;

        using var timeout = new CancellationTokenSource(StartTimeout);
        var answer = await _process.StandardOutput.ReadLineAsync(timeout.Token);
        if (answer != "ready")
        {
            await _process.WaitForExitAsync(timeout.Token);
            if (_process.ExitCode == NotInstalled) return (null, answer);
            throw new InvalidOperationException($"The S3 server did not start (exit code {_process.ExitCode}).");
        }

        await MakeBucketsAsync(options);
        return (options, null);
    }

    private static async Task MakeBucketsAsync(S3ObjectStoreOptions options)
    {
        using var client = S3Client.Create(options);
        await client.PutBucketAsync(options.LogsBucket);
        await client.PutBucketAsync(options.ArtifactsBucket);
    }
}
