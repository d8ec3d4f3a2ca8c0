using System.Security.Cryptography;
using Amazon.S3.Model;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Access;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Storage;

public sealed class S3ObjectStoreTests(S3Server server) : ObjectStoreConformance, IAsyncLifetime
{
    private S3ObjectStoreOptions _options = null!;
    private S3ObjectStore _store = null!;

    private protected override IObjectStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _options = await server.OptionsAsync();
        _store = new S3ObjectStore(_options, TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Presign_GivesAnAddressThatNeedsNoCredentials_UntilItEnds()
    {
        var key = $"presign/{Guid.NewGuid():N}";
        await _store.PutAsync(ObjectBucket.Artifacts, key, new MemoryStream("hello"u8.ToArray()), "application/gzip", default);
        using var http = new HttpClient();

        var valid = await http.GetAsync(_store.Presign(ObjectBucket.Artifacts, key, TimeSpan.FromMinutes(5)));
        (await valid.Content.ReadAsStringAsync()).Should().Be("hello");
        valid.Content.Headers.ContentType!.MediaType.Should().Be("application/gzip");

        var other = new UriBuilder(_store.Presign(ObjectBucket.Artifacts, key, TimeSpan.FromMinutes(5))!) { Query = string.Empty };
        ((int)(await http.GetAsync(other.Uri)).StatusCode).Should().Be(403);
    }

    [Fact]
    public async Task Put_WhenTheContentBreaksAfterSomeParts_AbortsTheUpload()
    {
        var key = $"aborted/{Guid.NewGuid():N}";
        await using var broken = new PiecewiseStream(new byte[30 << 20], breakAfter: 20 << 20);

        var put = () => _store.PutAsync(ObjectBucket.Artifacts, key, broken, "text/plain", default);

        await put.Should().ThrowAsync<IOException>();
        using var client = S3Client.Create(_options);
        var open = await client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = _options.ArtifactsBucket, Prefix = key });
        (open.MultipartUploads ?? []).Should().BeEmpty();
    }

    [Fact]
    public async Task AnyCall_WithAWrongSecret_NamesTheReasonButNoCredential()
    {
        using var store = new S3ObjectStore(_options with { SecretAccessKey = "wrong-secret" }, TimeProvider.System);

        var get = () => store.GetAsync(ObjectBucket.Logs, "key", default);

        var failure = (await get.Should().ThrowAsync<ObjectStoreException>().WithMessage("*SignatureDoesNotMatch (403)*")).Which;
        failure.ToString().Should().NotContain("wrong-secret").And.NotContain(_options.AccessKeyId);
    }

    [Fact]
    public async Task Get_WhenTheBucketIsMissing_IsAFailureRatherThanNoObject()
    {
        using var store = new S3ObjectStore(_options with { LogsBucket = "no-such-bucket" }, TimeProvider.System);

        await store.Invoking(s => s.GetAsync(ObjectBucket.Logs, "key", default)).Should().ThrowAsync<ObjectStoreException>();
        await store.Invoking(s => s.ReadRangeAsync(ObjectBucket.Logs, "key", 0, 1, default)).Should().ThrowAsync<ObjectStoreException>();
        await store.Invoking(s => s.HeadAsync(ObjectBucket.Logs, "key", default)).Should().ThrowAsync<ObjectStoreException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Put_WhenTheUploadIsOverAlready_LooksWhetherItsObjectIsThere(bool joined)
    {
        // What a store says when its first answer to the last request was lost, and the client asks again.
        var content = new byte[_options.PartBytes + 1];
        var tag = joined ? await TagOnAServerAsync(content) : "\"of another object\"";
        await using var over = await StubServer.StartAsync(async context =>
        {
            var (method, query) = (context.Request.Method, context.Request.Query);
            if (method == HttpMethods.Put)
                context.Response.Headers.ETag = $"\"{Convert.ToHexStringLower(Convert.FromBase64String(context.Request.Headers.ContentMD5!))}\"";
            else if (method == HttpMethods.Head) context.Response.Headers.ETag = tag;
            else if (query.ContainsKey("uploads")) await context.Response.WriteAsync("<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>");
            else if (method == HttpMethods.Post)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                await context.Response.WriteAsync("<Error><Code>NoSuchUpload</Code></Error>");
            }
        });
        using var store = new S3ObjectStore(_options with { Endpoint = over.Url, Retries = 0 }, TimeProvider.System);

        var put = () => store.PutAsync(ObjectBucket.Artifacts, "key", new MemoryStream(content), "text/plain", TestContext.Current.CancellationToken);

        if (joined) await put.Should().NotThrowAsync();
        else await put.Should().ThrowAsync<ObjectStoreException>().WithMessage("*NoSuchUpload*");
    }

    [Fact]
    public async Task AnyCall_WhenNothingAnswers_FailsAsTheStoreBeingAway()
    {
        var nobody = new Uri("http://127.0.0.1:9"); // discard: nothing listens
        using var store = new S3ObjectStore(_options with { Endpoint = nobody, Retries = 0 }, TimeProvider.System);

        await store.Invoking(s => s.GetAsync(ObjectBucket.Logs, "key", default)).Should().ThrowAsync<ObjectStoreException>();
        await store.Invoking(s => s.PutAsync(ObjectBucket.Logs, "key", new MemoryStream([1]), "text/plain", default))
            .Should().ThrowAsync<ObjectStoreException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhenTheBodyStopsHalfway_FailsAsTheStoreBeingAway(bool closes)
    {
        await using var half = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[50]);
            await context.Response.Body.FlushAsync();
            if (closes) context.Abort();
            else await Fault.GoneAsync(context);
        });
        var impatient = _options with { Endpoint = half.Url, Retries = 0, RequestTimeout = TimeSpan.FromSeconds(1) };
        using var store = new S3ObjectStore(impatient, TimeProvider.System);

        // The end of a connection may overtake the headers, and then the call itself fails.
        var read = async () =>
        {
            await using var body = await store.GetAsync(ObjectBucket.Logs, "key", TestContext.Current.CancellationToken);
            await body!.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience);
        };
        await read.Should().ThrowAsync<ObjectStoreException>();
        await store.Invoking(s => s.ReadRangeAsync(ObjectBucket.Logs, "key", 0, 100, TestContext.Current.CancellationToken)
            .WaitAsync(Eventually.Patience)).Should().ThrowAsync<ObjectStoreException>();
    }

    [Fact]
    public async Task Put_IsReadableByAnotherClientByteForByte()
    {
        var key = $"plain/{Guid.NewGuid():N}";
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        await _store.PutAsync(ObjectBucket.Artifacts, key, new MemoryStream(bytes), "application/gzip", default);
        using var http = new HttpClient();

        // Read without the SDK: a store that kept the SDK's chunk framing as content would show here.
        var read = await http.GetByteArrayAsync(_store.Presign(ObjectBucket.Artifacts, key, TimeSpan.FromMinutes(5)));

        read.Should().Equal(bytes);
    }

    /// <summary>The tag that a real server gives the same content.</summary>
    private async Task<string> TagOnAServerAsync(byte[] content)
    {
        var key = $"tag/{Guid.NewGuid():N}";
        await _store.PutAsync(ObjectBucket.Artifacts, key, new MemoryStream(content), "text/plain", TestContext.Current.CancellationToken);
        using var client = S3Client.Create(_options);
        return (await client.GetObjectMetadataAsync(_options.ArtifactsBucket, key, TestContext.Current.CancellationToken)).ETag;
    }
}
