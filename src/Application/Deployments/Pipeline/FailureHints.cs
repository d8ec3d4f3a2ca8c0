using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// What to try for the failures that people meet most, by what the tools printed. Only advice: it never decides who is responsible.
/// </summary>
internal static partial class FailureHints
{
    /// <summary>For a build that was still running when its time was over.</summary>
    public const string EndlessBuild =
        "Have the build script end by itself: it must start no watcher or server. A build that needs longer has to be allowed more time.";

    /// <summary>In the order in which they count: what is said most plainly first.</summary>
    private static readonly (string Code, Regex Sign, string Hint)[] Table =
    [
        ("INSTALL_FAILED", YarnLock(),
            "Remove yarn.lock, so that bun resolves the versions itself, or send a lock file of bun, npm or pnpm."),
        ("BUILD_FAILED", Endless(), EndlessBuild),
        ("BUILD_FAILED", NoSpace(), "The build filled its scratch space: have it write less, or ask for more."),
        ("BUILD_FAILED", HeapFull(), "Make the build use less memory, or ask for a larger limit."),
        ("BUILD_FAILED", OldNode(),
            "The tool wants another version of Node than builds have: choose a version of the tool that runs on this one."),
        ("BUILD_FAILED", NoProgram(), "The build script calls a program that no dependency brings: add its package to package.json."),
        ("BUILD_FAILED", NextFont(),
            "A build has no network, so next/font/google cannot fetch its fonts: put them into the project and use next/font/local."),
        ("BUILD_FAILED", NoImport(),
            "An import leads nowhere: add the missing package to package.json, or correct the path (capital and small letters differ)."),
        ("BUILD_FAILED", ReadOnly(),
            "Installed packages cannot be changed by a build: have the tool write into the project's own folders."),
        ("BUILD_FAILED", NoNetwork(),
            "A build has no network: put what it fetches into the project, or fetch it in the browser or the worker."),
        ("BUILD_FAILED", NoResult(),
            "Have the build write to dist, build, out or public, or name its folder as assets.directory in a wrangler configuration."),
        ("BUILD_FAILED", NoSite(),
            "Have the framework export static pages, use its adapter for Cloudflare Workers, "
            + "or name the folder to publish as assets.directory in a wrangler configuration."),
        ("BUILD_FAILED", DevEngines(),
            "Builds have programs of their own: remove devEngines from package.json, or set onFail to \"warn\" in it."),
        ("ARTIFACT_INVALID", Bindings(),
            "Take them out of the wrangler configuration: a worker here has its vars and its own assets, and nothing of an account."),
        ("TARGET_REJECTED", NodeModule(),
            "Add \"nodejs_compat\" to compatibility_flags in the wrangler configuration, "
            + "with a compatibility_date of 2024-09-23 or later."),
        ("TARGET_REJECTED", ThrowsAtStart(),
            "The worker fails while it is loaded, before any request: fix the place that the message names."),
    ];

    /// <summary>The advice for a failure; null when nothing in it is known.</summary>
    /// <param name="code">Of the failure.</param>
    /// <param name="message">The error's own sentence.</param>
    /// <param name="excerpt">Lines that the step's commands printed last.</param>
    public static string? For(string code, string message, IReadOnlyList<string> excerpt)
    {
        foreach (var row in Table)
        {
            if (row.Code == code && (row.Sign.IsMatch(message) || excerpt.Any(line => row.Sign.IsMatch(line)))) return row.Hint;
        }

        return null;
    }

    [GeneratedRegex("Yarn is not supported", RegexOptions.CultureInvariant)]
    private static partial Regex YarnLock();

    [GeneratedRegex("^The build failed: it did not end within", RegexOptions.CultureInvariant)]
    private static partial Regex Endless();

    [GeneratedRegex("ENOSPC|No space left on device", RegexOptions.CultureInvariant)]
    private static partial Regex NoSpace();

    [GeneratedRegex("JavaScript heap out of memory", RegexOptions.CultureInvariant)]
    private static partial Regex HeapFull();

    [GeneratedRegex(
        @"requires? Node\.?js|Node\.?js v?[0-9.]+ is (not supported|out-of-date)|Unsupported engine|Node\.js version .* is required",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex OldNode();

    [GeneratedRegex(@"command not found|^(/bin/)?sh: .*: not found", RegexOptions.CultureInvariant)]
    private static partial Regex NoProgram();

    // Turbopack then misses its own module of the fonts, too, which is no import of the project's.
    [GeneratedRegex("from Google Fonts|@(vercel/turbopack-)?next/(internal/)?font/google", RegexOptions.CultureInvariant)]
    private static partial Regex NextFont();

    [GeneratedRegex(
        "Cannot find (module|package) |failed to resolve import|Could not resolve \"|Module not found",
        RegexOptions.CultureInvariant)]
    private static partial Regex NoImport();

    [GeneratedRegex("EROFS|read-only file system", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReadOnly();

    [GeneratedRegex(
        "EAI_AGAIN|ENOTFOUND|ENETUNREACH|ConnectionRefused|Temporary failure in name resolution|Could not resolve host",
        RegexOptions.CultureInvariant)]
    private static partial Regex NoNetwork();

    [GeneratedRegex("There is nothing to deploy|names the assets folder '.*', which the build did not make", RegexOptions.CultureInvariant)]
    private static partial Regex NoResult();

    [GeneratedRegex("There is no site to deploy", RegexOptions.CultureInvariant)]
    private static partial Regex NoSite();

    [GeneratedRegex("EBADDEVENGINES", RegexOptions.CultureInvariant)]
    private static partial Regex DevEngines();

    [GeneratedRegex("These bindings of the wrangler config", RegexOptions.CultureInvariant)]
    private static partial Regex Bindings();

    [GeneratedRegex(
        @"No such module ""(node:|(assert|buffer|crypto|events|fs|http|https|net|os|path|process|stream|url|util|zlib)"")",
        RegexOptions.CultureInvariant)]
    private static partial Regex NodeModule();

    [GeneratedRegex(@"\bUncaught\b", RegexOptions.CultureInvariant)]
    private static partial Regex ThrowsAtStart();
}
