<?php

namespace Spatie\WebhookClient;

use Illuminate\Support\Facades\Route;
use Illuminate\Support\ServiceProvider;

/**
 * Stands in for spatie/laravel-webhook-client. Its contract as far as it matters here: a wrong signature
 * is an exception (500); what the profile refuses is answered with 200 all the same; a call is stored
 * as Laravel's middleware left its input, then the job gets it.
 */
class WebhookClientServiceProvider extends ServiceProvider
{
    public function boot()
    {
        Route::macro('webhooks', function (string $url, string $name = 'default') {
            return Route::post($url, WebhookController::class)->name('webhook-client-'.$name);
        });
    }
}
