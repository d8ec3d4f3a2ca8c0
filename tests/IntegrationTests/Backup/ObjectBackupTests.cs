using System.Text;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>The buckets come back as docs/operations.md tells it.</summary>
public sealed class ObjectBackupTests(S3Server s3) : IDisposable
{
    private const string Rclone = "/usr/bin/rclone";
    private static readonly (ObjectBucket Bucket, string Key)[] Objects =
        [(ObjectBucket.Logs, "logs/org/shop/1/0.ndjson.gz"), (ObjectBucket.Artifacts, "artifacts/sha256/a.tar.gz"), (ObjectBucket.Artifacts, "deployments/1/result.json")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-objects-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Restore_WithTheCommandsOfTheDocument_BringsBackEveryObjectAndNoOther()
    {
        Assert.SkipUnless(File.Exists(Rclone), "No rclone to copy buckets with (Debian package rclone)");
        var options = await s3.OwnBucketsAsync();
        using var store = new S3ObjectStore(options, TimeProvider.System);
        foreach (var (bucket, key) in Objects) await PutAsync(store, bucket, key, key);

        await RunAsync("rclone sync r2:", options);
        foreach (var (bucket, key) in Objects) await store.DeleteAsync(bucket, [key], TestContext.Current.CancellationToken);
        await PutAsync(store, ObjectBucket.Logs, "logs/later", "of the lost machine");
        await RunAsync("rclone sync backup/", options);

        var found = new List<(ObjectBucket, string)>();
        foreach (var bucket in Enum.GetValues<ObjectBucket>())
            await foreach (var item in store.ListAsync(bucket, string.Empty, TestContext.Current.CancellationToken)) found.Add((bucket, item.Key));
        found.Should().BeEquivalentTo(Objects);
        foreach (var (bucket, key) in Objects) (await ReadAsync(store, bucket, key)).Should().Be(key);
    }

    private Task RunAsync(string beginning, S3ObjectStoreOptions options) => new DocumentedCommands(_folder.FullName).RunAsync(
        beginning,
        line => line
            .Replace("libra-deployment-logs", options.LogsBucket, StringComparison.Ordinal)
            .Replace("libra-deployment-artifacts", options.ArtifactsBucket, StringComparison.Ordinal),
        ("RCLONE_CONFIG", Path.Combine(_folder.FullName, "rclone.conf")), ("RCLONE_CONFIG_R2_TYPE", "s3"), ("RCLONE_CONFIG_R2_PROVIDER", "Other"),
        ("RCLONE_CONFIG_R2_ENDPOINT", options.Endpoint!.AbsoluteUri), ("RCLONE_CONFIG_R2_ACCESS_KEY_ID", options.AccessKeyId),
        ("RCLONE_CONFIG_R2_SECRET_ACCESS_KEY", options.SecretAccessKey),
        ("AWS_CA_BUNDLE", "")); // Debian's rclone ends when a machine has set it, and the server here has no certificate

    private static Task PutAsync(S3ObjectStore store, ObjectBucket bucket, string key, string content) =>
        store.PutAsync(bucket, key, new MemoryStream(Encoding.UTF8.GetBytes(content)), "application/octet-stream", TestContext.Current.CancellationToken);

    private static async Task<string> ReadAsync(S3ObjectStore store, ObjectBucket bucket, string key)
    {
        await using var content = await store.GetAsync(bucket, key, TestContext.Current.CancellationToken);
        return await new StreamReader(content!).ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
