using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Infrastructure.Access;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.Infrastructure.Targets.Local;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Configuration;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.Service;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Every section of the configuration and the options that it fills.</summary>
internal static class SettingSections
{
    public static readonly IReadOnlyList<(string Section, Type Options)> All =
    [
        ("Host", typeof(HostSettings)),
        ("Deployments", typeof(DeploymentOptions)),
        ("Queue", typeof(QueueOptions)),
        ("DeadLetters", typeof(DeadLetterOptions)),
        ("Cleanup", typeof(CleanupOptions)),
        ("Source", typeof(SourceLimits)),
        ("Quotas", typeof(QuotaOptions)),
        ("RateLimit", typeof(RateLimitOptions)),
        ("Idempotency", typeof(IdempotencyOptions)),
        ("Http", typeof(LibraHttpOptions)),
        ("Access", typeof(AccessOptions)),
        ("Access:Jwt", typeof(JwtOptions)),
        ("Access:Session", typeof(PlatformSessionOptions)),
        ("R2", typeof(S3ObjectStoreOptions)),
        ("Drain", typeof(DrainOptions)),
        ("Metrics", typeof(MetricsOptions)),
        ("Webhooks", typeof(WebhookOptions)),
        ("CustomDomains", typeof(CustomDomainOptions)),
        ("LocalTarget", typeof(LocalTargetOptions)),
        ("Bubblewrap", typeof(BubblewrapOptions)),
        ("Logs", typeof(DeploymentLogOptions)),
        ("Artifacts", typeof(ArtifactStoreOptions)),
        ("Artifacts:Limits", typeof(ArtifactLimits)),
        ("E2B", typeof(E2BOptions)),
        ("Daytona", typeof(DaytonaOptions)),
        ("Cloudflare", typeof(CloudflareOptions)), // filled by name, in Adapters
    ];

    /// <summary>Stops the start when a setting of any section cannot be read, before anything is brought up.</summary>
    /// <exception cref="StartRefusedException">The message names each such setting.</exception>
    public static void RefuseUnreadable(IConfiguration configuration)
    {
        var problems = All.SelectMany(part => SettingCheck.Problems(configuration, part.Section, part.Options)).ToList();
        if (problems.Count > 0) throw new StartRefusedException(string.Join(' ', problems));
    }
}
