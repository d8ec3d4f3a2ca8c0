using System.Collections.Frozen;
using ErrorOr;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Domain.Quotas;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>An example of each refusal, made by the code that refuses.</summary>
internal static class ProblemExamples
{
    private static readonly FrozenDictionary<string, Error> Errors = new[]
    {
        Problems.InvalidField("projectId", FieldTexts.Missing("string")),
        Problems.InvalidRequest("Malformed JSON in request body"),
        Problems.Unauthorized,
        Problems.Forbidden,
        ProjectErrors.NotFound,
        ProjectErrors.Inactive(Sample.Project),
        DeploymentErrors.NotFound(Sample.Deployment.Value),
        DeploymentErrors.InProgress("deploying", Sample.Deployment.Value),
        DeploymentErrors.AlreadyFinished(Sample.Deployment, DeploymentStatus.Completed),
        IdempotencyErrors.Conflict,
        Problems.TooLarge(new LibraHttpOptions().MaxBodyBytes),
        Problems.NotJson,
        QuotaErrors.Exceeded(Sample.Organization, Sample.Later),
        new RateLimitDecision(Allowed: false, Limit: 3, Remaining: 0, WindowSeconds: 60, RetryAfterSeconds: 42).ToError(),
        Problems.Internal,
        Problems.Unavailable(retrySeconds: 5),
    }.ToFrozenDictionary(error => error.Code, StringComparer.Ordinal);

    public static ProblemBody Of(string code) => new Problem(Errors[code]).BodyFor(Sample.RequestId, Sample.Now);

    public static bool SaysWhenToRetry(string code) => Of(code).RetryAfter is not null;
}
