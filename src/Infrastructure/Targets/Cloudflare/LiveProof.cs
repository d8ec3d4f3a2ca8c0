using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>Asks a site's public address until it answers with the new version, no longer than the patience for propagation.</summary>
/// <remarks>
/// What is proved depends on the artifact. Where a file is served without the worker: the answer names the artifact (see
/// <see cref="ArtifactHeader"/>), or has the file's SHA-256 where something on the way drops that header. Where a worker answers all paths
/// itself, nothing of ours is in the answer: then Cloudflare has confirmed the upload, and the address answers without a server error,
/// does not name another artifact, and it is the site that answers rather than Cloudflare's protection from bots.
/// </remarks>
internal sealed partial class LiveProof(
    CloudflareOptions options, HttpMessageInvoker visitor, TimeProvider clock, ILogger<LiveProof> logger)
{
    private const int MarkedBytes = 16 << 10;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    public async Task<ErrorOr<Success>> FindAsync(Uri site, IArtifact artifact, CancellationToken cancellationToken)
    {
        var witness = Witness.Of(artifact.Manifest);
        var address = new Uri(site, witness?.Address ?? "/");
        var giveUp = clock.GetUtcNow() + options.VerifyPatience;
        for (var pause = TimeSpan.FromMilliseconds(500); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var seen = await LookAsync(address, witness, artifact.Digest, cancellationToken);
            if (seen.Outcome is Outcome.Proved or Outcome.OnlyHeader) return Judge(seen, address, artifact);
            if (clock.GetUtcNow() + pause > giveUp) return Judge(seen, address, artifact);
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private ErrorOr<Success> Judge(Seen seen, Uri address, IArtifact artifact)
    {
        switch (seen.Outcome)
        {
            case Outcome.Proved:
                return Result.Success;
            case Outcome.OnlyHeader:
                logger.LogWarning(
                    "{Address} names artifact {Digest} and answers with other bytes than its file: something on the way rewrites pages",
                    address, artifact.Digest);
                return Result.Success;
            case Outcome.TurnedAway:
                return TargetErrors.Unavailable(
                    $"{address} cannot be looked at: Cloudflare turns this service away ({seen.Detail}). Have the zone's bot settings "
                    + $"and firewall rules let requests of {ProductAgent.Value} through.");
            case Outcome.Unreachable:
                return TargetErrors.Unavailable(
                    $"{address} cannot be reached: {seen.Detail} Check the dispatcher's DNS record, certificate and route.");
            case Outcome.Broken:
                return TargetErrors.VerificationFailed($"{address} answers {seen.Detail}.");
            case Outcome.OnlyBytes:
                logger.LogWarning(
                    "{Address} serves the files of artifact {Digest} without the header {Header}: something on the way drops it",
                    address, artifact.Digest, ArtifactHeader.Name);
                return Result.Success;
            default:
                return Error.Unexpected(
                    "VERIFICATION_FAILED",
                    $"{address} did not show the new version within {options.VerifyPatience.TotalSeconds:0} s: it answers {seen.Detail}.");
        }
    }

    private async Task<Seen> LookAsync(Uri address, Witness? witness, string digest, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AnswerLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("Cache-Control", "no-cache");
            request.Headers.UserAgent.ParseAdd(ProductAgent.Value);
            using var answer = await visitor.SendAsync(request, either.Token);
            return await CompareAsync(answer, witness, digest, either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new Seen(Outcome.Unreachable, e.Message.TrimEnd('.') + ".");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException) // what streams of different encodings throw
        {
            return new Seen(Outcome.Broken, "with a body that is not in the encoding which it names");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Seen(Outcome.Unreachable, $"no answer within {AnswerLimit.TotalSeconds:0} s.");
        }
    }

    private static async Task<Seen> CompareAsync(
        HttpResponseMessage answer, Witness? witness, string digest, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var named = answer.Headers.TryGetValues(ArtifactHeader.Name, out var values) ? values.FirstOrDefault() : null;
        // 520 to 530 are the edge's own: the site's address leads nowhere.
        if (status is >= 520 and <= 530) return new Seen(Outcome.Unreachable, $"Cloudflare's edge answers {status}.");
        if (named is null && await IsTurnedAwayAsync(answer, cancellationToken)) return new Seen(Outcome.TurnedAway, $"{status}");
        if (named is not null && named != digest) return new Seen(Outcome.Stale, "with another artifact");
        if (status >= 500) return new Seen(Outcome.Broken, $"{status}");
        if (witness is null) return new Seen(Outcome.Proved, "");
        // A rule of _redirects may stand before the file.
        if (status is >= 300 and < 400 && witness.MayRedirect) return new Seen(SureBy(named), $"{status}");
        if (status != 200) return new Seen(Outcome.Stale, $"{status}");

        var body = await SHA256.HashDataAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        if (Convert.ToHexStringLower(body) == witness.Sha256) return new Seen(SureBy(named), "");
        // Analytics, banners and minifiers of the zone rewrite pages; the header is the artifact's own all the same.
        return named is null ? new Seen(Outcome.Stale, "with other bytes") : new Seen(Outcome.OnlyHeader, "");
    }

    /// <summary>Whether Cloudflare's protection answered in the site's place; what a worker itself refuses has no such marks.</summary>
    private static async Task<bool> IsTurnedAwayAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Headers.TryGetValues("cf-mitigated", out var mitigated) && mitigated.Contains("challenge")) return true;
        if (answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests)) return false;

        var start = new byte[MarkedBytes];
        var page = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var read = await page.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return EdgesOwn().IsMatch(Encoding.UTF8.GetString(start, 0, read));
    }

    // Cloudflare's own refusal, as text, HTML or JSON.
    [GeneratedRegex(
        """\A\s*error code: 1\d{3}\s*\z|cf-error-(code|details)|"cloudflare_error"\s*:\s*true""", RegexOptions.CultureInvariant)]
    private static partial Regex EdgesOwn();

    private static Outcome SureBy(string? named) => named is null ? Outcome.OnlyBytes : Outcome.Proved;

    private enum Outcome
    {
        Proved,

        /// <summary>The bytes are right, but an earlier version may have had the same.</summary>
        OnlyBytes,

        /// <summary>The artifact is named, and the bytes are not those of its file.</summary>
        OnlyHeader,
        Stale,
        Broken,

        /// <summary>Cloudflare answers in the site's place.</summary>
        TurnedAway,
        Unreachable,
    }

    private sealed record Seen(Outcome Outcome, string Detail);
}
