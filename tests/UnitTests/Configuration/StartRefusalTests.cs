using System.ComponentModel.DataAnnotations;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.UnitTests.Configuration;

/// <summary>A wrong setting stops the start with a sentence that names it; a bug keeps its stack.</summary>
public sealed class StartRefusalTests
{
    [Theory]
    [InlineData("Deployments:MaxRetries", "three", "Deployments:MaxRetries (MAX_RETRIES) is 'three'; a whole number")]
    [InlineData("Deployments:MaxDeploymentTimeout", "10m", "(MAX_DEPLOYMENT_TIMEOUT) is '10m'; a whole number")]
    [InlineData("Queue:DrainTime", "30s", "Queue:DrainTime is '30s'; a time as hours:minutes:seconds")]
    [InlineData("Queue:DrainTime", "30", "Queue:DrainTime is '30'; a time as hours:minutes:seconds")]
    [InlineData("Queue:DurableJobs", "yes", "Queue:DurableJobs is 'yes'; true or false")]
    [InlineData("Source:MaxFiles", "many", "Source:MaxFiles")]
    [InlineData("R2:PartBytes", "8M", "R2:PartBytes")]
    [InlineData("Cloudflare:CheckValidity", "15", "Cloudflare:CheckValidity")]
    [InlineData("E2B:Lease", "3m", "E2B:Lease")]
    [InlineData("Daytona:Lease", "3m", "Daytona:Lease")]
    [InlineData("Access:Jwt:ClockSkew", "30", "Access:Jwt:ClockSkew")]
    [InlineData("Http:MaxBodyBytes", "32M", "Http:MaxBodyBytes")]
    [InlineData("Quotas:Plans:PRO", "lots", "Quotas:Plans:PRO")]
    [InlineData("Host:DatabasePatience", "30", "Host:DatabasePatience")]
    [InlineData("LocalTarget:SleepAfter", "600", "LocalTarget:SleepAfter")]
    [InlineData("Logs:MaxBytes", "64M", "Logs:MaxBytes")]
    [InlineData("Artifacts:Limits:MaxFiles", "many", "Artifacts:Limits:MaxFiles")]
    [InlineData("Bubblewrap:PackageCacheBytes", "10G", "Bubblewrap:PackageCacheBytes")]
    public async Task Start_WithAValueThatCannotBeRead_SaysWhichAndWhatIsExpected(string key, string value, string sentence)
    {
        var refused = (await FluentActions.Awaiting(() => StartAsync(("Host:PostgresUrl", "Host=127.0.0.1;Port=1"), (key, value)))
            .Should().ThrowAsync<StartRefusedException>()).Which;

        StartFailure.SentenceOf(refused).Should().Contain(sentence);
    }

    [Theory]
    [InlineData("LocalTarget:SiteMemoryBytes", "1000000", "LocalTarget:SiteMemoryBytes")]
    [InlineData("LocalTarget:MaxAwake", "0", "LocalTarget:MaxAwake")]
    [InlineData("LocalTarget:StartTimeout", "00:00:00", "LocalTarget:StartTimeout")]
    [InlineData("Host:EdgeAddress", "everywhere", "Host:EdgeAddress=everywhere is no IP address")]
    [InlineData("Logs:RetryMax", "00:00:00.1", "Logs:RetryMax")]
    [InlineData("Logs:MaxBytes", "1000", "Logs:MaxBytes")]
    [InlineData("Artifacts:MaxCacheBytes", "0", "Artifacts:MaxCacheBytes")]
    [InlineData("Artifacts:Limits:MaxDepth", "0", "Artifacts:Limits")]
    [InlineData("Bubblewrap:Slots", "0", "Bubblewrap:Slots")]
    [InlineData("Bubblewrap:InstallerUserId", "0", "Bubblewrap:InstallerUserId")]
    [InlineData("Bubblewrap:FirstBuilderUserId", "209000", "apart from each other")]
    [InlineData("Bubblewrap:AllowedHosts:0", "registry.example", "Bubblewrap:AllowedHosts")]
    public async Task Start_WithAnOptionThatCannotWork_NamesIt(string key, string value, string named)
    {
        var refused = (await FluentActions.Awaiting(() => StartAsync(("Host:PostgresUrl", "Host=127.0.0.1;Port=1"), (key, value)))
            .Should().ThrowAsync<StartRefusedException>()).Which;

        StartFailure.SentenceOf(refused).Should().Contain(named);
    }

    [Fact]
    public async Task Start_WithWrongOptionsOfTwoSections_NamesBothBeforeItAsksForTheDatabase()
    {
        var refused = (await FluentActions.Awaiting(() => StartAsync(
                ("Host:PostgresUrl", "Host=127.0.0.1;Port=1"), ("Deployments:MaxRetries", "50"), ("RateLimit:WindowSeconds", "0")))
            .Should().ThrowAsync<AggregateException>()).Which;

        StartFailure.SentenceOf(refused).Should().StartWith("Deployments:MaxRetries: ").And.Contain("RateLimit:WindowSeconds: ");
    }

    [Fact]
    public void Settings_ThatCanBeRead_AreNotRefused()
    {
        var configuration = Configuration(
            ("Queue:DrainTime", "7.00:00:00"), ("Deployments:MaxRetries", "3"), ("Cleanup:Enabled", "False"), ("Quotas:Plans:PRO", "100"),
            ("Cloudflare:DispatcherUrl", "https://apps.example.com"), ("Access:Jwt:Authority", ""), ("E2B:ApiKey", "any"));

        FluentActions.Invoking(() => SettingSections.RefuseUnreadable(configuration)).Should().NotThrow();
    }

    [Theory]
    [InlineData("Staging")]
    [InlineData("Production")]
    public async Task Start_OutsideDevelopmentWithoutADatabase_IsRefused(string environment) =>
        (await FluentActions.Awaiting(() => StartAsync(("environment", environment), ("Host:PostgresUrl", null)))
            .Should().ThrowAsync<StartRefusedException>()).WithMessage("POSTGRES_URL is not set.*");

    [Fact]
    public void Sentence_OfOptionsThatCannotBe_NamesTheSettingsAndNoClass()
    {
        var check = new DataAnnotationValidateOptions<QueueOptions>(name: null);
        var result = check.Validate(null, new QueueOptions { MaxBatchSize = 0 });
        var times = check.Validate(null, new QueueOptions { ReapInterval = TimeSpan.Zero });
        var refused = new OptionsValidationException("", typeof(QueueOptions), [.. result.Failures!, .. times.Failures!, "Said plainly."]);

        StartFailure.SentenceOf(refused).Should().StartWith("Queue:MaxBatchSize: The field MaxBatchSize must be between")
            .And.Contain("Queue:ReapInterval must lie between").And.EndWith(" Said plainly.").And.NotContain(nameof(QueueOptions));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void NodeName_LongerThanALeaseCanHold_IsRefused(int length, bool fits)
    {
        var check = new DataAnnotationValidateOptions<QueueOptions>(name: null);

        var result = check.Validate(null, new QueueOptions { NodeName = new string('n', length) });

        result.Succeeded.Should().Be(fits);
        if (!fits) result.FailureMessage.Should().Contain("NodeName").And.Contain("100");
    }

    [Fact]
    public void Sentence_OfSeveralSections_NamesEachUnlessABugIsAmongThem()
    {
        var retries = new OptionsValidationException("", typeof(DeploymentOptions), ["Retries are wrong."]);
        var window = new OptionsValidationException("", typeof(QueueOptions), ["The window is wrong."]);

        StartFailure.SentenceOf(new AggregateException(retries, window)).Should().Be("Retries are wrong. The window is wrong.");
        StartFailure.SentenceOf(new AggregateException(retries, new FormatException("Index 3 is odd."))).Should().BeNull();
    }

    [Fact]
    public void Sentence_OfABugThatReadsSomething_IsNone() =>
        StartFailure.SentenceOf(new FormatException("Index 3 is odd.")).Should().BeNull();

    public static TheoryData<IValidatableObject, string> WrongTimes => new()
    {
        { new QueueOptions { MaxBatchTimeout = TimeSpan.Zero }, "MAX_BATCH_TIMEOUT" },
        { new QueueOptions { MaxBatchTimeout = TimeSpan.FromDays(30) }, "MAX_BATCH_TIMEOUT" },
        { new QueueOptions { DrainTime = TimeSpan.FromSeconds(-1) }, "Queue:DrainTime" },
        { new QueueOptions { ReapInterval = TimeSpan.Zero }, "Queue:ReapInterval" },
        { new DeploymentOptions { LeaseDuration = TimeSpan.FromHours(2) }, "Deployments:LeaseDuration" },
        { new DeploymentOptions { LeaseRenewal = TimeSpan.FromSeconds(20) }, "Deployments:LeaseRenewal" },
        { new DeploymentOptions { InstallTimeout = TimeSpan.Zero }, "Deployments:InstallTimeout" },
        { new DeploymentOptions { BuildTimeout = TimeSpan.FromDays(5) }, "Deployments:BuildTimeout" },
        { new DeploymentOptions { DeployTimeout = TimeSpan.Zero }, "Deployments:DeployTimeout" },
        { new DeploymentOptions { StepTimeout = TimeSpan.Zero }, "Deployments:StepTimeout" },
        { new DeploymentOptions { RetryDelay = TimeSpan.FromHours(1) }, "Deployments:RetryDelay" },
        { new DeploymentOptions { LogPatience = TimeSpan.FromSeconds(-1) }, "Deployments:LogPatience" },
        { new WebhookOptions { Interval = TimeSpan.Zero }, "Webhooks:Interval" },
        { new WebhookOptions { Timeout = TimeSpan.Zero }, "Webhooks:Timeout" },
        { new IdempotencyOptions { Lifetime = TimeSpan.Zero }, "Idempotency:Lifetime" },
    };

    [Theory]
    [MemberData(nameof(WrongTimes))]
    public void Options_WithATimeThatCannotWork_NameIt(IValidatableObject options, string named) =>
        options.Validate(new ValidationContext(options)).Should().ContainSingle().Which.ErrorMessage.Should().Contain(named);

    [Fact]
    public void Options_AsTheyAre_AreValid()
    {
        IValidatableObject[] all = [new QueueOptions(), new DeploymentOptions(), new WebhookOptions(), new IdempotencyOptions()];

        all.SelectMany(options => options.Validate(new ValidationContext(options))).Should().BeEmpty();
    }

    private static async Task StartAsync(params (string Key, string? Value)[] settings)
    {
        var data = Path.Combine(Path.GetTempPath(), $"libra-refused-{Guid.NewGuid():N}");
        var arguments = settings.Where(setting => setting.Value is not null).Select(setting => $"--{setting.Key}={setting.Value}");
        await using var host = await LibraHost.CreateAsync(
            [.. arguments, $"--Host:DataDirectory={data}"], added => added.AddConfiguration(Configuration(settings)));
    }

    private static IConfiguration Configuration(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
}
