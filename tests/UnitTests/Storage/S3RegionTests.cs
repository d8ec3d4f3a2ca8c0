using Amazon.S3;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;

namespace Libra.Deploy.UnitTests.Storage;

public sealed class S3RegionTests
{
    private static readonly S3ObjectStoreOptions Options = new()
    {
        Endpoint = new Uri("https://s3.test"),
        AccessKeyId = "id",
        SecretAccessKey = "secret",
    };

    [Theory]
    [InlineData(null, "auto")]
    [InlineData("eu-central-1", "eu-central-1")]
    public void Presign_ForARegion_IsSignedForIt(string? region, string expected)
    {
        using var store = new S3ObjectStore(region is null ? Options : Options with { Region = region }, TimeProvider.System);

        var address = store.Presign(ObjectBucket.Artifacts, "key", TimeSpan.FromMinutes(5));

        address!.Query.Should().Contain($"%2F{expected}%2Fs3%2F");
    }

    [Fact]
    public async Task Refusal_WhenTheRegionIsWrong_NamesTheSetting()
    {
        var refusal = new AmazonS3Exception("The region 'auto' is wrong")
        {
            ErrorCode = "AuthorizationHeaderMalformed",
            StatusCode = System.Net.HttpStatusCode.BadRequest,
        };

        var failing = () => S3Failure.TranslateAsync<bool>("write key", () => throw refusal, TestContext.Current.CancellationToken);

        await failing.Should().ThrowAsync<ObjectStoreException>().WithMessage("*R2_REGION*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("eu central")]
    public void Problems_WhenTheRegionIsNoName_SaySo(string region) =>
        (Options with { Region = region }).Problems().Should().ContainSingle().Which.Should().Contain("R2_REGION");
}
