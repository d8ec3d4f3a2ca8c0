using ErrorOr;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Each call of the sequence ends in each way, and the final state is right.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly string[] Sequence = ["assets session", "assets upload", "script upload"];

    private static readonly Fault[] Passing =
    [
        Fault.Dropped, Fault.AnswerLost, Fault.Html(502), Fault.Html(524), Fault.Code(500, 10013), Fault.Code(400, 10013), Fault.Code(409, 10035),
        Fault.TooMany("2"), Fault.TooMany(null), Fault.Html(200), Fault.Mispacked("gzip"), Fault.Mispacked("br"),
    ];

    private CloudflareRig _rig = null!;

    public static TheoryData<string, string> EachCallAndPassingFault =>
        [.. Sequence.SelectMany(_ => Passing, (call, fault) => (call, fault.Name))];

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [MemberData(nameof(EachCallAndPassingFault))]
    public async Task Publish_WhenACallFailsOnce_SucceedsAndSendsNothingInVain(string call, string fault)
    {
        _rig.Cloudflare.Fail(call, Named(fault));

        var published = await _rig.PublishAsync(Site());

        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
        _rig.Live().Assets.Should().HaveCount(5);
        _rig.Cloudflare.CountOf(call).Should().Be(call == "assets upload" ? 4 : 2, "the failed one is repeated, and of the three uploads no other");
        if (fault != Fault.AnswerLost.Name) _rig.Cloudflare.Assets.Arrivals.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [MemberData(nameof(EachCallAndPassingFault))]
    public async Task Publish_WhenACallKeepsFailing_MayBeTriedLaterAndThenSendsOnlyTheRest(string call, string fault)
    {
        _rig.Cloudflare.Fail(call, Named(fault), times: 20);
        var digest = await _rig.SaveAsync(Site());

        var failed = await _rig.PublishAsync(digest);

        failed.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Unexpected });
        _rig.Cloudflare.CountOf(call).Should().BeInRange(3, 3 * 5);
        if (call != "script upload") _rig.Cloudflare.CountOf("script upload").Should().Be(0);

        _rig.Cloudflare.Recover();
        (await _rig.PublishAsync(digest)).IsError.Should().BeFalse();
        _rig.Live().Assets.Should().HaveCount(5);
        if (fault != Fault.AnswerLost.Name) _rig.Cloudflare.Assets.Arrivals.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("assets session", 403, 10000, "TARGET_UNAVAILABLE")]
    [InlineData("assets session", 403, 10023, "TARGET_UNAVAILABLE")]
    [InlineData("assets upload", 400, 10026, "TARGET_UNAVAILABLE")]
    [InlineData("assets upload", 413, 1, "TARGET_REJECTED")]
    [InlineData("script upload", 400, 10021, "TARGET_REJECTED")]
    [InlineData("script upload", 400, 10027, "TARGET_REJECTED")]
    [InlineData("script upload", 422, 424242, "TARGET_REJECTED")]
    public async Task Publish_WhenACallIsRefusedForGood_EndsAtOnce(string call, int status, int code, string expected)
    {
        _rig.Cloudflare.Assets.FilesInABucket = 100;
        _rig.Cloudflare.Fail(call, Fault.Code(status, code, "Uncaught Error: boom"), times: 20);

        var failed = await _rig.PublishAsync(Site());

        failed.FirstError.Should().BeEquivalentTo(new { Code = expected, Type = ErrorType.Failure });
        _rig.Cloudflare.CountOf(call).Should().Be(1);
        if (expected == "TARGET_REJECTED") failed.FirstError.Description.Should().Contain("Uncaught Error: boom");
    }

    [Fact]
    public async Task Publish_WhenTheSessionEndsHalfway_OpensAnotherForTheRest()
    {
        _rig.Cloudflare.Assets.FilesInABucket = 1;
        _rig.Cloudflare.Fail("assets upload", Fault.Before(_rig.Cloudflare.Assets.EndSessions));

        (await _rig.PublishAsync(Site())).IsError.Should().BeFalse();

        _rig.Cloudflare.CountOf("assets session").Should().BeInRange(2, 3);
        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(5).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Publish_WhenEverySessionEndsAtOnce_GivesUpAndMayBeTriedLater()
    {
        _rig.Cloudflare.Fail("assets upload", Fault.Before(_rig.Cloudflare.Assets.EndSessions), times: 100);

        var failed = await _rig.PublishAsync(Site());

        failed.FirstError.Type.Should().Be(ErrorType.Unexpected);
        _rig.Cloudflare.CountOf("assets session").Should().Be(3);
    }

    [Fact]
    public async Task Publish_WhenTheSessionHasNoResult_IsRetriedNotBelieved()
    {
        _rig.Cloudflare.Fail("assets session", Fault.NullResult);

        var failed = await _rig.PublishAsync(Site());

        failed.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Unexpected });
        _rig.Cloudflare.Scripts.Should().BeEmpty();
    }

    [Fact]
    public async Task Publish_WhenNoUploadBringsTheLastToken_DoesNotUseAnother()
    {
        _rig.Cloudflare.Assets.FilesInABucket = 100;
        _rig.Cloudflare.Fail("assets upload", Fault.NullResult, times: 100);

        var failed = await _rig.PublishAsync(Site());

        failed.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Unexpected });
        _rig.Cloudflare.CountOf("assets session").Should().Be(3);
        _rig.Cloudflare.CountOf("script upload").Should().Be(0);
    }

    [Fact]
    public async Task Publish_WhenTheLastTokenDoesNotComeOnce_OpensAnotherSession()
    {
        _rig.Cloudflare.Assets.FilesInABucket = 100;
        _rig.Cloudflare.Fail("assets upload", Fault.NullResult);

        (await _rig.PublishAsync(Site())).IsError.Should().BeFalse();

        _rig.Cloudflare.CountOf("assets session").Should().Be(2);
        _rig.Live().Assets.Should().HaveCount(5);
    }

    [Fact]
    public async Task Publish_WhenCloudflareAsksForALongPause_LeavesItToTheNextAttempt()
    {
        _rig.Cloudflare.Fail("assets session", Fault.TooMany("240"), times: 5);

        var failed = await _rig.PublishAsync(Site());

        failed.FirstError.Metadata!["retryAfter"].Should().Be(TimeSpan.FromSeconds(240));
        _rig.Cloudflare.CountOf("assets session").Should().Be(1);
        _rig.Budget.Paused.Should().Be(TimeSpan.FromSeconds(240), "all nodes stop together");
    }

    [Fact]
    public async Task Publish_WhenCloudflareAsksForADay_StopsTheNodesForMinutes()
    {
        _rig.Cloudflare.Fail("assets session", Fault.TooMany("86400"), times: 5);

        var failed = await _rig.PublishAsync(Site());

        failed.FirstError.Metadata!["retryAfter"].Should().Be(TimeSpan.FromMinutes(10));
        _rig.Budget.Paused.Should().Be(TimeSpan.FromMinutes(10), "Cloudflare's own block takes five");
    }

    [Fact]
    public async Task Publish_WhenRetryAfterIsADate_WaitsUntilThen()
    {
        _rig.Cloudflare.Fail("assets session", Fault.TooMany(_rig.Clock.GetUtcNow().AddSeconds(20).ToString("R")));

        (await _rig.PublishAsync(Site())).IsError.Should().BeFalse();

        _rig.Clock.Pauses.Should().ContainSingle().Which.Should().BeCloseTo(TimeSpan.FromSeconds(20.5), TimeSpan.FromSeconds(0.6));
    }

    [Fact]
    public async Task Publish_WhenTheGatewayGivesUp_SendsTheRestOneByOneAndWaitsLonger()
    {
        _rig.Cloudflare.Assets.FilesInABucket = 1;
        _rig.Cloudflare.Fail("assets upload", Fault.Html(524), times: 2);

        (await _rig.PublishAsync(Site())).IsError.Should().BeFalse();

        _rig.Clock.Pauses.Should().OnlyContain(pause => pause >= TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task Publish_WhenAFileOfTheArtifactIsGone_IsNotTakenForABrokenConnection()
    {
        await using var artifact = await _rig.Artifacts.OpenAsync(await _rig.SaveAsync(Site()), default);
        File.Delete(Path.Combine(artifact!.Folder, "assets/a.txt"));

        var publish = () => _rig.Target.PublishAsync(CloudflareRig.RequestFor(artifact, "shop"), default);

        await publish.Should().ThrowAsync<InvalidDataException>();
        _rig.Cloudflare.CountOf("script upload").Should().Be(0);
    }

    [Fact]
    public async Task Publish_WhenTheNamespaceWentAway_MakesItAnew()
    {
        _rig.Cloudflare.Account.Namespaces.Clear();

        (await _rig.PublishAsync(Site())).IsError.Should().BeFalse();

        _rig.Cloudflare.Account.Namespaces.Should().ContainKey(CloudflareDouble.Namespace);
        _rig.Live().Assets.Should().HaveCount(5);
    }

    [Theory]
    [InlineData("assets session")]
    [InlineData("assets upload")]
    [InlineData("script upload")]
    public async Task Publish_WhenACallHasNoAnswer_StopsWaitingAndRepeatsIt(string call)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var rig = await CloudflareRig.StartAsync(options => options with { CallTimeout = TimeSpan.FromSeconds(30), UploadTimeout = TimeSpan.FromSeconds(30) }, clock);
        rig.Cloudflare.Assets.FilesInABucket = 100;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Cloudflare.Fail(call, Fault.Silent(asked));

        var publishing = rig.PublishAsync(Site());
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(31));
        await Eventually.BecomesTrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(100)); // the pause before the repetition
                return publishing.IsCompleted;
            },
            TimeSpan.FromSeconds(30),
            "one silent call must not hold a deployment");

        (await publishing).IsError.Should().BeFalse();
    }

    [Theory]
    [InlineData("assets session")]
    [InlineData("assets upload")]
    [InlineData("script upload")]
    public async Task Publish_WhenCancelledInACall_StopsAndLaterGoesOn(string call)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _rig.Cloudflare.Fail(call, Fault.Silent(asked));
        var digest = await _rig.SaveAsync(Site());
        using var cancel = new CancellationTokenSource();
        await using var artifact = await _rig.Artifacts.OpenAsync(digest, default);

        var publishing = _rig.Target.PublishAsync(CloudflareRig.RequestFor(artifact!, "shop"), cancel.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => publishing).Should().ThrowAsync<OperationCanceledException>();
        (await _rig.PublishAsync(digest)).IsError.Should().BeFalse();
        _rig.Cloudflare.Assets.Arrivals.Should().OnlyHaveUniqueItems("what arrived before is not sent again");
    }

    private static Fault Named(string name) => Array.Find(Passing, fault => fault.Name == name)!;

    private static BuildTar Site() => BuildTar.OfAssets()
        .File("assets/a.txt", "a").File("assets/b.txt", "b").File("assets/c.txt", "c").File("assets/d.txt", "d").Worker("export default {}");
}
