using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.Dashboard;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.WebApi.Access;
using MediatR;
using Microsoft.AspNetCore.Antiforgery;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>Hangfire's dashboard behind the API's own authorization, with our pages in it.</summary>
internal static class LibraDashboard
{
    private const int LogLines = 40;
    private const int PageSize = 50;
    private const int MostActive = 200;
    private static readonly Lock Registering = new();
    private static bool _registered;

    public static void AddLibraDashboard(this IServiceCollection services)
    {
        services.AddAntiforgery(options => options.Cookie = new FormCookie());
        lock (Registering)
        {
            if (_registered) return; // Hangfire keeps menus and routes for the whole process
            Register();
            _registered = true;
        }
    }

    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        var login = new LoginPath(LoginEndpoints.Login);
        routes.MapLogin();
        routes.MapPost($"{LoginCookie.Area}/dead-letters/{{id}}", DeadLetterActions.RunAsync)
            .RequireScope(Scopes.OperationsWrite).WithMetadata(login).ExcludeFromDescription();
        routes.MapHangfireDashboard(LoginCookie.Area, new DashboardOptions
        {
            Authorization = [new AllOrganizationsOnly()],
            // Hangfire's own buttons know no quota, no project and no dead letter; what may be done is done on our pages.
            IsReadOnlyFunc = _ => true,
            DisplayStorageConnectionString = false,
            DashboardTitle = "Libra Deploy",
            AppPath = "/",
            DarkModeEnabled = true, // for whose system asks for it
        }).RequireScope(Scopes.OperationsRead).WithMetadata(login);
    }

    private static void Register()
    {
        var letters = new DashboardMetric("libra:dead-letters", "Dead letters", page => Alarming(CountsOf(page).DeadLetters()));
        var active = new DashboardMetric("libra:active", "Active deployments", page => new Metric(CountsOf(page).Active()));
        GlobalConfiguration.Configuration.UseDashboardMetric(active).UseDashboardMetric(letters);
        NavigationMenu.Items.Insert(0, page => Item(page, "Dead letters", "/dead-letters", letters));
        NavigationMenu.Items.Insert(0, page => Item(page, "Deployments", "/deployments", active));
        NavigationMenu.Items.Add(page => new MenuItem("Account", page.Url.To("/login")));
        JobsSidebarMenu.Items.Add(page => Item(page, "Dead letters", "/dead-letters", letters));
        DashboardRoutes.AddStylesheet(typeof(LibraDashboard).Assembly, "dashboard/dashboard.css");
        DashboardRoutes.AddStylesheetDarkMode(typeof(LibraDashboard).Assembly, "dashboard/dashboard-dark.css");
        DashboardRoutes.Routes.Add("/deployments", new PageDispatcher(DeploymentsAsync));
        DashboardRoutes.Routes.Add("/dead-letters", new PageDispatcher(DeadLettersAsync));
        DashboardRoutes.Routes.Add("/dead-letters/(?<Id>[0-9a-f-]{36})", new PageDispatcher(DeadLetterAsync));
    }

    private static MenuItem Item(RazorPage page, string text, string path, DashboardMetric metric) =>
        new(text, page.Url.To(path)) { Active = page.RequestPath.StartsWith(path, StringComparison.Ordinal), Metric = metric };

    private static Metric Alarming(long count) =>
        new(count) { Style = count > 0 ? MetricStyle.Danger : MetricStyle.Default, Highlighted = count > 0 };

    private static DashboardCounts CountsOf(RazorPage page) =>
        page.Context.GetHttpContext().RequestServices.GetRequiredService<DashboardCounts>();

    private static async Task<RazorPage?> DeploymentsAsync(HttpContext http, Match match)
    {
        var (mediator, clock) =
            (http.RequestServices.GetRequiredService<IMediator>(), http.RequestServices.GetRequiredService<TimeProvider>());
        var active = await mediator.Send(new ListActiveDeploymentsQuery(http.Caller().Visible(), MostActive), http.RequestAborted);
        return new DeploymentsPage(active.Value, clock.GetUtcNow());
    }

    private static async Task<RazorPage?> DeadLettersAsync(HttpContext http, Match match)
    {
        var (reason, organization) = (Parameter(http, "reason"), Parameter(http, "orgId"));
        var state = Parameter(http, "state") ?? "open";
        var filter = new DeadLetterFilter(
            organization is null ? null : [organization], PageSize, DeadLetterId.TryParse(Parameter(http, "cursor")), reason,
            state == "all" ? null : state == "resolved");
        var page = await http.RequestServices.GetRequiredService<IMediator>().Send(
            new ListDeadLettersQuery(http.Caller().Visible(), filter), http.RequestAborted);
        return page.IsError ? null : new DeadLettersPage(page.Value, reason, organization, state);
    }

    private static async Task<RazorPage?> DeadLetterAsync(HttpContext http, Match match)
    {
        if (DeadLetterId.TryParse(match.Groups["Id"].Value) is not { } id) return null;

        var mediator = http.RequestServices.GetRequiredService<IMediator>();
        var letter = await mediator.Send(new GetDeadLetterQuery(http.Caller().Visible(), id), http.RequestAborted);
        if (letter.IsError) return null;

        var refusal = Parameter(http, "refused") is { } code ? DeadLetterActions.Explain(code) : null;
        var form = DashboardAccess.MayAct(http.Caller())
            ? http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http)
            : null;
        return new DeadLetterDetailPage(letter.Value, await TailAsync(http, mediator, letter.Value), form, refusal);
    }

    // What to do about a letter is in the database; a store that is away takes only the lines. Null then.
    private static async Task<IReadOnlyList<LogEntry>?> TailAsync(HttpContext http, IMediator mediator, DeadLetter letter)
    {
        if (letter.DeploymentId is not { } deployment) return [];

        var query = new LogQuery(null, LogLines, null, null, Descending: true);
        try
        {
            var page = await mediator.Send(new GetDeploymentLogsQuery(http.Caller().Visible(), deployment, query), http.RequestAborted);
            return page.IsError ? [] : [.. page.Value.Entries.OrderBy(entry => entry.Seq)]; // a cleaned-up deployment has no log any more
        }
        catch (ObjectStoreException away)
        {
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(LibraDashboard)).LogWarning(
                away, "The log of {DeploymentId} cannot be read: its dead letter is shown without lines", deployment);
            return null;
        }
    }

    private static string? Parameter(HttpContext http, string name) =>
        http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The route has checked the scope; here remains that Hangfire's pages show every organization's jobs.</summary>
    private sealed class AllOrganizationsOnly : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) =>
            context.GetHttpContext().FindCaller() is { } caller && DashboardAccess.MayLook(caller);
    }
}
